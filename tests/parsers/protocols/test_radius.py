"""RADIUS."""

from pathlib import Path
from struct import pack
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.radius import PROTOCOL, RECORD, normalized_mac
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, datagrams, run
from tests.parsers.protocols.loopback import loopback

ASK, ACCEPT, REJECT, ACCOUNT, CHALLENGE = 1, 2, 3, 4, 11
OUT_OF_BOUND = "Binpac exception: binpac exception: out_of_bound"


def message(code: int, *attributes: tuple[int, bytes]) -> bytes:
    body = b"".join(bytes([kind, len(value) + 2]) + value for kind, value in attributes)
    return pack(">BBH", code, 7, 20 + len(body)) + bytes(16) + body


def talk(*turns: Turn) -> Told:
    return run(PROTOCOL, datagrams(turns), connection("udp", 1812))


def cells(told: Told) -> list[tuple[Any, ...]]:
    return [tuple(row.values())[6:] for row in told.rows["radius"]]


ASKED = message(ASK, (1, b"bob"), (31, b"00-14-22-E9-54-5E"), (66, b"203.0.113.9"), (77, b"11 Mbit"), (1, b"second"))


def test_someone_is_let_in() -> None:
    told = talk(
        (True, ASKED), (False, message(CHALLENGE, (8, bytes([10, 0, 0, 9])), (18, b"Who?"))), (False, message(ACCEPT))
    )
    assert told.only("radius")["ts"] == START
    mac = "00:14:22:e9:54:5e"
    assert cells(told) == [("bob", mac, "10.0.0.9", "203.0.113.9", "11 Mbit", "Who?", "success", 2 * SECOND)]
    assert told.service == "radius"
    assert RECORD.table([tuple(told.only("radius").values())]).num_rows == 1


def test_what_an_acceptance_says_is_not_told() -> None:
    told = talk((True, ASKED), (False, message(ACCEPT, (8, bytes(4)), (18, b"Welcome"))))
    assert (told.only("radius")["framed_addr"], told.only("radius")["reply_msg"]) == (None, None)


def test_one_after_the_other() -> None:
    told = talk(
        (True, ASKED), (False, message(REJECT)), (True, message(ASK, (1, b"eve"))), (True, message(ASK, (1, b"amy")))
    )
    assert [(row[0], row[-2], row[-1]) for row in cells(told)] == [("bob", "failed", SECOND), ("eve", "unknown", None)]


def test_an_answer_alone() -> None:
    assert cells(talk((False, message(ACCEPT)))) == [(None,) * 6 + ("success", None)]
    assert cells(talk((False, message(ACCOUNT, (1, b"bob"))))) == [(None,) * 6 + ("unknown", None)]


@pytest.mark.parametrize(("address", "shown"), [(b"\1\2\3\4\5", "1.2.3.4"), (b"\1\2", "0.0.0.0")])
def test_addresses(address: bytes, shown: str) -> None:
    assert talk((False, message(CHALLENGE, (8, address)))).only("radius")["framed_addr"] == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (b"001422e9545e", "00:14:22:e9:54:5e"),
        (b"0014.22E9.545E", "00:14:22:e9:54:5e"),
        (b"00:11:22:33:44:55:66:77", "00:11:22:33:44:55:66:77"),
        (b"bob", ""),
        (b"", ""),
    ],
)
def test_hardware_addresses(text: bytes, shown: str) -> None:
    assert normalized_mac(text) == shown


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b"\1\2\0", f"{OUT_OF_BOUND}: RADIUS_PDU:length: 4 > 3"),
        (message(ASK)[:19], f"{OUT_OF_BOUND}: RADIUS_PDU:authenticator: 20 > 19"),
        (message(ASK) + b"\1", f"{OUT_OF_BOUND}: RADIUS_Attribute:length: 2 > 1"),
        (message(ASK) + b"\1\4x", f"{OUT_OF_BOUND}: RADIUS_Attribute:value: 4 > 3"),
        (message(ASK) + b"\1\1x", f"{OUT_OF_BOUND}: RADIUS_Attribute:value: 1 > 3"),
    ],
)
def test_what_is_no_message_ends_it(broken: bytes, reason: str) -> None:
    told = talk((True, ASKED), (True, broken), (False, message(ACCEPT)))
    assert told.only("analyzer")["failure_reason"] == reason
    assert cells(told)[0][-2:] == ("unknown", None)


def test_trailing_bytes_are_attributes() -> None:
    assert talk((True, message(ASK) + b"\1\5bob")).only("radius")["username"] == "bob"


@settings(max_examples=50)
@given(st.integers(0, 12), st.binary(max_size=40), st.integers(0, 60))
def test_any_message_is_survived(code: int, attributes: bytes, size: int) -> None:
    talk((True, message(code) + attributes), (False, (message(code) + attributes)[:size]))


_SERVER = """
prefix = /usr
raddbdir = {folder}
run_dir = {folder}
logdir = {folder}
modules {{
    files {{
        usersfile = {folder}/users
    }}
    pap {{
    }}
}}
client tests {{
    ipaddr = 127.0.0.1
    secret = testing123
}}
server default {{
    listen {{
        type = auth
        ipaddr = 127.0.0.1
        port = 1812
    }}
    authorize {{
        files
        pap
    }}
    authenticate {{
        pap
    }}
}}
"""


def test_a_real_server(tmp_path: Path) -> None:
    with loopback(tmp_path) as inside:
        inside.need("freeradius", "radclient")
        (tmp_path / "radiusd.conf").write_text(_SERVER.format(folder=tmp_path))
        (tmp_path / "users").write_text('bob Cleartext-Password := "hello"\n')
        (tmp_path / "dictionary").write_text("")
        inside.start("freeradius", "-d", str(tmp_path), "-n", "radiusd", "-f", "-l", "stdout")
        inside.wait_for(1812, "udp")
        said = b""
        with inside.captured():
            for password in ("hello", "wrong"):
                attributes = f"User-Name=bob,User-Password={password},Calling-Station-Id=00-14-22-E9-54-5E"
                client = ["radclient", "-r", "1", "-x", "127.0.0.1:1812", "auth", "testing123"]
                said += inside.run("bash", "-c", f"echo {attributes} | {' '.join(client)}").stdout
        assert b"Received Access-Accept" in said
        assert b"Received Access-Reject" in said
        rows = inside.rows("radius")
        assert [(row["username"], row["mac"], row["result"]) for row in rows] == [
            ("bob", "00:14:22:e9:54:5e", "success"),
            ("bob", "00:14:22:e9:54:5e", "failed"),
        ]
        assert {row["service"] for row in inside.rows("conn") if row["id.resp_p"] == 1812} == {"radius"}
