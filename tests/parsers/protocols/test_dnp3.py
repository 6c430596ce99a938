"""DNP3 over TCP and UDP."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.capture.pipeline import updates
from parsers.protocols import dnp3
from parsers.protocols.dnp3.analyzer import checksum
from parsers.source import LogSet
from tests.parsers.capture.build import CLIENT, SERVER, ethernet, ipv4, pcap, udp
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, converse, data, each_way, run

TO = connection(resp_p=20000)


def frame(content: bytes, *, control: int, first: bool = True, last: bool = True, length: int | None = None) -> bytes:
    """A frame of the link layer around a part of a message."""
    carried = bytes((first << 6 | last << 7,)) + content
    header = b"\x05\x64" + bytes((len(carried) + 5 if length is None else length, control)) + b"\x0a\0\x01\0"
    blocks = [header, *(carried[i : i + 16] for i in range(0, len(carried), 16))]
    return b"".join(block + checksum(block) for block in blocks)


def request(function: int, objects: bytes = b"") -> bytes:
    return frame(bytes((0xC0, function)) + objects, control=0xC4)


def reply(function: int = 0x81, indications: int = 0x8000, objects: bytes = b"") -> bytes:
    return frame(pack(">BBH", 0xC0, function, indications) + objects, control=0x44)


def link_only(control: int) -> bytes:
    header = b"\x05\x64\x05" + bytes((control,)) + b"\x0a\0\x01\0"
    return header + checksum(header)


def talk(*turns: Turn) -> Told:
    return converse(dnp3.TCP, turns, to=TO)


CLASSES = b"\x3c\x02\x06\x3c\x03\x06"
READ, READ_REPLY = request(1, CLASSES), reply(objects=b"\x01\x02\x00\x00\x02\x01\x81\x01")


@each_way
def test_a_request_and_its_reply(way: str) -> None:
    told = converse(dnp3.TCP, [(True, READ), (False, READ_REPLY)], way, to=TO)
    assert told.service == "dnp3_tcp"
    row = told.only("dnp3")
    assert (row["fc_request"], row["fc_reply"], row["iin"]) == ("READ", "RESPONSE", 0x8000)
    assert row["ts"] == START + 2 * SECOND


def test_a_request_without_reply_is_a_row_at_the_end() -> None:
    row = talk((True, READ), (True, request(0x0D))).only("dnp3")
    assert (row["fc_request"], row["fc_reply"], row["iin"], row["ts"]) == (
        "COLD_RESTART",
        None,
        None,
        START + 2 * SECOND,
    )


def test_a_reply_without_request() -> None:
    row = talk((False, reply(0x82))).only("dnp3")
    assert (row["fc_request"], row["fc_reply"]) == (None, "UNSOLICITED_RESPONSE")


def test_functions_without_a_name() -> None:
    row = talk((True, request(0x70)), (False, reply(0x90))).only("dnp3")
    assert (row["fc_request"], row["fc_reply"]) == ("unknown-112", "unknown-144")


@each_way
def test_a_message_in_parts(way: str) -> None:
    objects = b"\x1e\x02\x00\x00\x63" + b"\x01\xff\x7f" * 100
    whole = pack(">BBH", 0xC0, 0x81, 0) + objects
    parts = [whole[i : i + 200] for i in range(0, len(whole), 200)]
    frames = [frame(part, control=0x44, first=i == 0, last=i == len(parts) - 1) for i, part in enumerate(parts)]
    turns = [(True, READ), *((False, part) for part in frames)]
    assert converse(dnp3.TCP, turns, way, to=TO).only("dnp3")["fc_reply"] == "RESPONSE"


def test_datagrams() -> None:
    told = converse(dnp3.UDP, [(True, READ), (False, READ_REPLY)], to=connection("udp", 20000))
    assert told.service == "dnp3_udp"
    assert told.only("dnp3")["fc_request"] == "READ"


def test_a_server_at_another_port_is_recognised_by_its_reply() -> None:
    told = converse(dnp3.TCP, [(True, READ), (False, READ_REPLY)], to=connection(resp_p=4711))
    assert told.only("dnp3")["fc_request"] == "READ"
    assert converse(dnp3.TCP, [(True, READ)], to=connection(resp_p=4711)).rows == {}


def test_frames_that_carry_nothing_take_the_rest_of_their_segment() -> None:
    told = talk((True, link_only(0xC9) + READ), (True, READ), (False, READ_REPLY))
    assert told.service == "dnp3_tcp"
    assert told.only("dnp3")["fc_request"] == "READ"


@pytest.mark.parametrize(
    ("message", "weird"),
    [
        (b"\x05\x65" + READ[2:], "dnp3_header_lacks_magic"),
        (READ[:12] + b"\xff" + READ[13:], "dnp3_corrupt_app_chunk_checksum"),
        (frame(b"\xc0\x01", control=0xC4, first=False), "dnp3_first_application_layer_chunk_missing"),
    ],
)
def test_what_is_weird_ends_it(message: bytes, weird: str) -> None:
    told = talk((True, message), (True, READ))
    assert (told.only("weird")["name"], told.only("weird")["source"]) == (weird, "DNP3_TCP")
    assert "dnp3" not in told.rows


def test_a_wrong_checksum_of_a_header_is_no_dnp3() -> None:
    told = talk((True, READ), (False, READ_REPLY[:8] + b"\0\0" + READ_REPLY[10:]), (True, READ))
    assert told.service is None
    assert told.only("analyzer")["failure_reason"] == "broken_checksum"
    assert told.only("weird")["name"] == "dnp3_corrupt_header_checksum"
    assert told.only("dnp3")["fc_request"] == "READ"


def test_a_master_that_answers_is_weird() -> None:
    told = talk((False, frame(b"\xc0\x81\0\0", control=0xC4)))
    assert told.only("weird")["name"] == "dnp3_unexpected_flow_direction"
    assert told.only("dnp3")["fc_reply"] == "RESPONSE"


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (frame(b"\xc0", control=0xC4), "DNP3_Application_Request_Header: 2 > 1"),
        (frame(b"", control=0xC4, length=4), "DNP3_Application_Request_Header: 2 > 0"),
        (request(1, b"\x3c"), "Object_Header:qualifier_field: 3 > 1"),
        (request(1, b"\x01\x00\x00\x01"), "Range_Field_0: 2 > 1"),
        (request(1, b"\x01\x00\x08\x01"), "Object_Header:range_field_8: 5 > 4"),
        (request(5, b"\x0c\x01\x17\x02" + bytes(12) + b"\x01"), "CROB: 11 > 0"),
        (request(5, b"\x0c\x01\x07\xff" + bytes(11)), "Request_Objects:g12v1_objs: 255 > 11"),
        (request(0x19, b"\x46\x03\x5b\x01\x00"), "Prefix_Type:object_size16: 2 > 1"),
        (reply(objects=b"\x01\x02\x00\x05\x02\x01"), "Response_Objects:objects: -2 > 6"),
        (reply(objects=b"\x20\x03\x17\x01\x07" + bytes(9)), "AnalogInput32wTime:time48: 11 > 9"),
        (reply(objects=b"\x01\x02\x17\x01\x07"), "Response_Data_Object:biwflag: 2 > 1"),
        (reply(objects=b"\x78\x01\x5b\x01\x07\x00" + bytes(20)), "AuthChallenge:chan_data: 7 > 20"),
    ],
)
def test_what_does_not_fit_ends_it(message: bytes, fault: str) -> None:
    is_orig = bool(message[3] & 0x80)
    told = talk((is_orig, message), (True, READ))
    assert told.service is None
    assert fault.join(("out_of_bound: ", "")) in told.only("analyzer")["failure_reason"]


@pytest.mark.parametrize(
    "objects",
    [
        b"\x01\x01\x00\x00\x09\xff\x03",
        b"\x6e\x04\x00\x00\x01abcdwxyz",
        b"\x6e\x00\x07\x04" + b"\x6e\x00\x06\x6e\x00\x06",
        b"\x20\x03\x17\x01\x07" + bytes(11),
        b"\x00\xd5\x00\x00\x00\x01\x03abc",
        b"\x5b\x01\x07\x01" + bytes(4) + b"\x01\x03\x00ab",
        b"\x52\x01\x07\x01" + bytes(8) + b"\x01\x00" + bytes(4),
        b"\x46\x05\x5b\x01\x0b\x00" + bytes(8) + b"abc",
        b"\x14\x03\x07\x01anything at all",
    ],
)
def test_objects_that_fit(objects: bytes) -> None:
    told = talk((True, READ), (False, reply(objects=objects)))
    assert told.service == "dnp3_tcp"
    assert "analyzer" not in told.rows


@given(st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=40)), max_size=6))
def test_any_bytes_are_survived(turns: list[Turn]) -> None:
    converse(dnp3.TCP, [(True, READ), *turns], to=TO)
    framed = [(is_orig, request(1, turn) if is_orig else reply(objects=turn)) for is_orig, turn in turns]
    run(dnp3.TCP, (data(is_orig, turn, step=7) for is_orig, turn in framed), TO)


def _conversation() -> Iterator[bytes]:
    for is_orig, message in [
        (True, READ),
        (False, READ_REPLY),
        (True, request(5, b"\x0c\x01\x17\x01\x02" + bytes(11))),
    ]:
        ends = (CLIENT, SERVER) if is_orig else (SERVER, CLIENT)
        ports = (40000, 20000) if is_orig else (20000, 40000)
        yield ethernet(ipv4(udp(message, *ports), src=ends[0], dst=ends[1]))


def test_what_tshark_sees(tmp_path: Path) -> None:
    program = shutil.which("tshark")
    if program is None:
        pytest.skip("tshark is not installed")
    path = tmp_path / "dnp3.pcap"
    path.write_bytes(pcap(_conversation()))
    command = [program, "-r", str(path), "-T", "fields", "-e", "dnp3.al.func", "-e", "dnp3.al.iin"]
    seen = [
        line.split("\t")
        for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    ]
    found = LogSet()
    found.read(updates([path]))
    first, second = found.table("dnp3").to_pylist()
    assert [int(function) for function, _ in seen] == [1, 0x81, 5]
    assert (first["fc_request"], first["fc_reply"], second["fc_request"]) == ("READ", "RESPONSE", "DIRECT_OPERATE")
    assert int(seen[1][1], 16) == first["iin"]
