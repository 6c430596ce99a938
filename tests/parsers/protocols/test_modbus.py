"""Modbus over TCP."""

from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.protocols.analyzer import Event, Gap
from parsers.protocols.modbus import MODBUS
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, converse, data, each_way, run
from tests.parsers.protocols.loopback import Loopback, loopback

TO = connection(resp_p=502)


def pdu(
    function: int, body: bytes = b"", tid: int = 7, unit: int = 3, pid: int = 0, length: int | None = None
) -> bytes:
    return pack(">HHHBB", tid, pid, len(body) + 2 if length is None else length, unit, function) + body


def talk(*turns: Turn) -> Told:
    return converse(MODBUS, turns, to=TO)


READ = pdu(3, b"\x00\x01\x00\x02")
READ_ANSWER = pdu(3, b"\x04\x00\x01\x00\x02")


@each_way
def test_a_request_and_its_answer(way: str) -> None:
    told = converse(MODBUS, [(True, READ), (False, READ_ANSWER)], way, to=TO)
    assert told.service == "modbus"
    asked, answered = told.rows["modbus"]
    assert (asked["tid"], asked["unit"], asked["func"], asked["pdu_type"]) == (7, 3, "READ_HOLDING_REGISTERS", "REQ")
    assert (answered["func"], answered["pdu_type"]) == ("READ_HOLDING_REGISTERS", "RESP")
    assert asked["exception"] is None
    assert [asked["ts"], answered["ts"]] == [START + SECOND, START + 2 * SECOND]


@each_way
def test_a_refusal(way: str) -> None:
    told = converse(MODBUS, [(True, READ), (False, pdu(0x83, b"\x02"))], way, to=TO)
    refused = told.rows["modbus"][1]
    assert (refused["func"], refused["exception"]) == ("READ_HOLDING_REGISTERS_EXCEPTION", "ILLEGAL_DATA_ADDRESS")


@pytest.mark.parametrize(
    ("function", "code", "shown"),
    [(0x63, 1, "unknown-99"), (0xE3, 99, "unknown-227"), (0xAB, 1, "ENCAP_INTERFACE_TRANSPORT_EXCEPTION")],
)
def test_functions_without_a_name(function: int, code: int, shown: str) -> None:
    assert talk((False, pdu(function, bytes((code,))))).rows["modbus"][0]["func"] == shown


def test_a_refusal_of_an_unknown_kind() -> None:
    assert talk((False, pdu(0x81, b"\x63"))).only("modbus")["exception"] == "unknown-99"


def test_the_header_alone_is_a_row_and_not_yet_modbus() -> None:
    told = talk((True, READ[:8]))
    assert told.only("modbus")["func"] == "READ_HOLDING_REGISTERS"
    assert told.service is None


def test_a_refusing_request_is_none() -> None:
    assert talk((True, pdu(0x83, b"\x02"))).rows == {}


@pytest.mark.parametrize(
    ("is_orig", "message", "fault"),
    [
        (True, pdu(3, READ[8:], pid=1), "&enforce violation : ModbusTCP_TransportHeader:pid"),
        (True, pdu(3, length=1), "&enforce violation : ModbusTCP_TransportHeader:len"),
        (True, pdu(1, b"abc"), "out_of_bound: ReadCoilsRequest: 4 > 3"),
        (True, pdu(8, b"a"), "out_of_bound: DiagnosticsRequest:subfunction: 2 > 1"),
        (True, pdu(15, bytes(4) + b"\x02a"), "out_of_bound: WriteMultipleCoilsRequest:coils: 7 > 6"),
        (True, pdu(16, b"\0\0\0\2\2ab"), "out_of_bound: WriteMultipleRegistersRequest:registers: 2 > 2"),
        (True, pdu(20, b"\x06abcdef"), "out_of_bound: FileRecordRequest: 7 > 6"),
        (True, pdu(21, b"\x08\x06abcd\0\1x"), "out_of_bound: ReferenceWithData:record_data: 9 > 8"),
        (False, pdu(1, b""), "out_of_bound: ReadCoilsResponse:byte_count: 1 > 0"),
        (False, pdu(3, b"\x04abc"), "out_of_bound: ReadHoldingRegistersResponse:registers: 5 > 4"),
        (False, pdu(20, b"\x01x"), "out_of_bound: FileRecordResponse:ref_type: 2 > 1"),
        (False, pdu(24, b"abxx\0"), "out_of_bound: ReadFIFOQueueResponse:register_data: 61684 > 5"),
        (False, pdu(0x83), "out_of_bound: ModbusTCP_ExceptResponse: 1 > 0"),
    ],
)
def test_what_does_not_fit_ends_it(is_orig: bool, message: bytes, fault: str) -> None:
    told = talk((True, READ), (is_orig, message), (False, READ_ANSWER))
    assert told.service is None
    assert told.only("analyzer")["failure_reason"] == f"Binpac exception: binpac exception: {fault}"
    assert len(told.rows["modbus"]) in {1, 2}


@pytest.mark.parametrize(
    "message", [pdu(20, b"\x07abcdefg"), pdu(21, b"\x09\x06abcd\0\1xx"), pdu(16, b"\0\0\0\1\2ab"), pdu(0x63, b"any")]
)
def test_what_fits_does_not(message: bytes) -> None:
    assert talk((True, message)).service == "modbus"


def test_reading_goes_on_behind_a_hole_and_in_the_middle_of_things() -> None:
    fed: list[Event] = [data(True, READ[:8]), Gap(True, 4, START), data(True, READ[8:] + READ)]
    told = run(MODBUS, fed, connection(resp_p=502, partial=True))
    assert len(told.rows["modbus"]) == 2


def test_what_does_not_fit_does_not_count_late_and_the_rest_of_its_segment_is_lost() -> None:
    fed = [data(True, READ * 1000), data(True, pdu(1, b"") + READ), data(True, READ)]
    told = run(MODBUS, fed, TO)
    assert told.service == "modbus"
    assert len(told.rows["modbus"]) == 1002


@given(st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=40)), max_size=6))
def test_any_bytes_are_survived(turns: list[Turn]) -> None:
    converse(MODBUS, [(True, READ), *turns], to=TO)
    converse(MODBUS, [(is_orig, pdu(turn[0], turn[1:])) for is_orig, turn in turns], to=TO)


_SERVER = """
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartTcpServer
block = ModbusSequentialDataBlock(0, [17] * 20)
StartTcpServer(context=ModbusServerContext(ModbusSlaveContext(hr=block), single=True), address=("127.0.0.1", 502))
"""


def test_a_real_controller(tmp_path: Path) -> None:
    Loopback.need("mbpoll", "/usr/bin/python3")
    with loopback(tmp_path) as inside:
        if inside.run("/usr/bin/python3", "-c", "import pymodbus.server").returncode:
            pytest.skip("needs pymodbus")
        inside.start("/usr/bin/python3", "-c", _SERVER)
        inside.wait_for(502)
        with inside.captured():
            poll = ["mbpoll", "-m", "tcp", "-0", "-1", "-a", "5"]
            read = inside.run(*poll, "-r", "2", "-c", "3", "127.0.0.1")
            written = inside.run(*poll, "-r", "2", "127.0.0.1", "99")
            refused = inside.run(*poll, "-r", "2000", "127.0.0.1")
        assert read.stdout.count(b"\t17") == 3
        assert b"Written 1 references" in written.stdout
        assert b"Illegal data address" in refused.stderr
        rows = inside.rows("modbus")
        assert [(row["func"], row["exception"]) for row in rows if row["pdu_type"] == "RESP"] == [
            ("READ_HOLDING_REGISTERS", None),
            ("WRITE_SINGLE_REGISTER", None),
            ("READ_HOLDING_REGISTERS_EXCEPTION", "ILLEGAL_DATA_ADDRESS"),
        ]
        assert {row["unit"] for row in rows} == {5}
        assert [row["service"] for row in inside.rows("conn") if row["proto"] == "tcp"] == ["modbus"] * 3
