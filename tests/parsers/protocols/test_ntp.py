"""NTP, from messages to rows and to roles."""

import json
from pathlib import Path
from struct import pack
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.ntp import PROTOCOL, RECORD
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, datagrams, run
from tests.parsers.protocols.loopback import loopback

CLIENT, SERVER = 3, 4
TO = ("10.0.0.1", 40000, "192.0.2.80", 123)
OUT_OF_BOUND = "Binpac exception: binpac exception: out_of_bound"
NOT_ENFORCED = "Binpac exception: binpac exception: &enforce violation "


def message(
    mode: int, stratum: int = 2, reference: bytes = b"\x0a\0\0\7", poll: int = 6, times: tuple[int, ...] = ()
) -> bytes:
    head = pack(">BBbbhhhH", 4 << 3 | mode, stratum, poll, -20, 0, 0x4000, 1, 0x8000)
    return head + reference + pack(">8I", *times, *([0] * (8 - len(times))))


def extension(size: int = 28, value: int = 2, signature: int = 2) -> bytes:
    head = pack(">BBHHIII", 0, 2, size, 1, 2, 3, value)
    return (head + bytes(value) + pack(">I", signature)).ljust(size, b"\0")


ASKS, ANSWERS = message(CLIENT, 0, bytes(4)), message(SERVER)


def talk(*turns: Turn) -> Told:
    return run(PROTOCOL, datagrams(turns), connection("udp", 123))


def only(content: bytes) -> dict[str, Any]:
    return talk((True, content)).only("ntp")


def test_a_message() -> None:
    half = 1 << 31
    epoch = 2_208_988_800
    told = talk((True, message(CLIENT, times=(epoch + 1, half, 0, 0, epoch + 2, 0, 1, 0))))
    assert told.only("ntp") == {
        "ts": START,
        "uid": "CuidOfTheTests",
        "id.orig_h": "10.0.0.1",
        "id.orig_p": 40000,
        "id.resp_h": "192.0.2.80",
        "id.resp_p": 123,
        "version": 4,
        "mode": 3,
        "stratum": 2,
        "poll": 64 * SECOND,
        "precision": 954,
        "root_delay": SECOND // 4,
        "root_disp": SECOND // 2,
        "ref_id": "10.0.0.7",
        "ref_time": SECOND + SECOND // 2,
        "org_time": 0,
        "rec_time": 2 * SECOND,
        "xmt_time": (1 - epoch) * SECOND,
        "num_exts": 0,
    }
    assert told.service == "ntp"
    assert RECORD.table([tuple(told.only("ntp").values())]).num_rows == 1


@pytest.mark.parametrize(
    ("stratum", "reference", "shown"),
    [
        (0, b"RATE", "RATE"),
        (0, bytes(4), "\0\0\0\0"),
        (1, b"GPS\0", "GPS\0"),
        (1, b"\xff\1\2\3", "\\xff\1\2\3"),
        (2, b"GPS\0", "71.80.83.0"),
    ],
)
def test_references(stratum: int, reference: bytes, shown: str) -> None:
    assert only(message(SERVER, stratum, reference))["ref_id"] == shown


@pytest.mark.parametrize(
    ("poll", "shown"), [(0, SECOND), (-1, SECOND // 2), (33, (1 << 33) * SECOND), (34, None), (-128, 0)]
)
def test_powers(poll: int, shown: int | None) -> None:
    assert only(message(CLIENT, poll=poll))["poll"] == shown


def test_times_are_as_exact_as_zeeks_doubles() -> None:
    found = only(message(CLIENT, times=(0xE0000000, 0x12345678)))["ref_time"]
    exact = 0xE0000000 - 2_208_988_800 + 0x12345678 / (1 << 32)
    assert found == int(exact) * SECOND + round(exact % 1 * SECOND)


def test_what_tells_no_time() -> None:
    told = talk((True, b"\x20" + b"anything"), (True, b"\x26\1" + bytes(10)), (True, b"\x17\0\3\x2a" + bytes(4)))
    row = told.only("ntp")
    assert [row[name] for name in ("version", "mode", "stratum", "ref_id", "xmt_time", "num_exts")] == [
        4,
        0,
        None,
        None,
        None,
        0,
    ]
    assert told.service == "ntp"


@pytest.mark.parametrize(("digest", "count"), [(0, 0), (20, 0), (24, 0), (28, 1), (56, 2)])
def test_what_follows_a_message(digest: int, count: int) -> None:
    more = extension() * count if count else bytes(digest)
    assert only(message(CLIENT) + more)["num_exts"] == count


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b"", f"{OUT_OF_BOUND}: NTP_PDU:first_byte: 1 > 0"),
        (message(CLIENT)[:11], f"{OUT_OF_BOUND}: NTP_std_msg:root_dispersion: 11 > 10"),
        (message(CLIENT)[:15], f"{OUT_OF_BOUND}: NTP_std_msg:reference_id: 15 > 14"),
        (message(CLIENT)[:40], f"{OUT_OF_BOUND}: NTP_std_msg:transmit_ts: 47 > 39"),
        (message(CLIENT) + bytes(26), f"{NOT_ENFORCED}: Extension_Field:len"),
        (message(CLIENT) + extension() + b"\0", f"{OUT_OF_BOUND}: Extension_Field:value_len: 18 > 1"),
        (message(CLIENT) + extension(value=20, size=28)[:28], f"{NOT_ENFORCED}: Extension_Field:value_len"),
        (message(CLIENT) + extension(value=8), f"{NOT_ENFORCED}: Extension_Field:sig_len"),
        (message(CLIENT) + extension(signature=99), f"{OUT_OF_BOUND}: Extension_Field:signature: 123 > 28"),
        (message(CLIENT) + extension(size=36)[:30], f"{OUT_OF_BOUND}: Extension_Field:pad: 36 > -6"),
        (b"\x26" + bytes(10), f"{OUT_OF_BOUND}: NTP_control_msg:c: 11 > 10"),
        (b"\x26" + bytes(10) + b"\1", f"{OUT_OF_BOUND}: NTP_control_msg:data: 12 > 11"),
        (b"\x27" + bytes(4), f"{OUT_OF_BOUND}: NTP_mode7_msg:err_and_data_len: 5 > 4"),
        (b"\x27\0\0\0\xf0\1", f"{OUT_OF_BOUND}: NTP_mode7_msg:data: 6 > 5"),
        (b"\x27\x80\0\0\0\0", f"{OUT_OF_BOUND}: NTP_MAC: 20 > 0"),
    ],
)
def test_what_is_no_message_ends_it(broken: bytes, reason: str) -> None:
    told = talk((True, ASKS), (True, broken), (True, ASKS))
    assert told.service is None
    assert told.only("analyzer")["failure_reason"] == reason
    assert len(told.rows["ntp"]) == 1


@pytest.mark.parametrize(
    ("turns", "ends", "marks"),
    [
        pytest.param([(True, ASKS), (False, ANSWERS)], [TO, TO], "", id="a client asks"),
        pytest.param([(True, ANSWERS), (False, ASKS)], [TO[2:] + TO[:2]] * 2, "^", id="a server speaks first"),
        pytest.param([(False, ASKS)], [TO[2:] + TO[:2]], "^", id="the other side asks"),
        # Each direction turns once: as a server that spoke first, as a client that asks as well.
        pytest.param([(True, ANSWERS), (True, ASKS), (True, ANSWERS)], [TO[2:] + TO[:2], TO, TO], "^^", id="both"),
        pytest.param([(True, message(1)), (False, message(2))], [TO, TO], "", id="peers"),
    ],
)
def test_roles(turns: list[Turn], ends: list[Any], marks: str) -> None:
    to = connection("udp", 123)
    rows = run(PROTOCOL, datagrams(turns), to).rows["ntp"]
    assert [tuple(row.values())[2:6] for row in rows] == ends
    assert "".join(letter for _, letter in to.marks) == marks


@settings(max_examples=100)
@given(st.integers(0, 255), st.binary(max_size=120), st.booleans())
def test_any_message_is_survived(first: int, rest: bytes, is_orig: bool) -> None:
    talk((is_orig, bytes([first]) + rest), (is_orig, message(CLIENT) + rest), (not is_orig, rest))


_CHRONY = """
local stratum 8
allow 127.0.0.1
bindaddress 127.0.0.1
cmdport 0
bindcmdaddress /
pidfile {folder}/chrony.pid
"""


def test_a_real_server(tmp_path: Path) -> None:
    with loopback(tmp_path) as inside:
        inside.need("chronyd", "ntpdig")
        config = tmp_path / "chrony.conf"
        config.write_text(_CHRONY.format(folder=tmp_path))
        inside.start("chronyd", "-d", "-x", "-U", "-u", "root", "-f", str(config))
        inside.wait_for(123, "udp")
        with inside.captured():
            said = json.loads(inside.run("ntpdig", "-j", "127.0.0.1").stdout)
        asked, answered = inside.rows("ntp")
        assert (asked["mode"], answered["mode"], answered["stratum"]) == (CLIENT, SERVER, said["stratum"])
        assert answered["org_time"] == asked["xmt_time"]
        assert answered["ref_id"] == "127.127.1.1"
        # The server's clock is that of the capture.
        assert abs(answered["xmt_time"] - answered["ts"]).total_seconds() < 1
        assert [row["service"] for row in inside.rows("conn") if row["id.resp_p"] == 123] == ["ntp"]
