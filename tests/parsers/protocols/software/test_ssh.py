"""Software that SSH's versions tell of."""

import pytest

from parsers.protocols.ssh import SSH
from tests.parsers.protocols.feeding import SECOND, START, connection, converse, each_way


@each_way
def test_both_sides(way: str) -> None:
    turns = [(True, b"SSH-2.0-pole_1.0 cat\r\n"), (False, b"SSH-1.99-stoat_2.0\r\n")]
    told = converse(SSH, turns, way, connection(resp_h="10.0.0.2", resp_p=22))
    assert [tuple(row.values()) for row in told.rows["software"]] == [
        ([START + SECOND], "10.0.0.1", None, "SSH::CLIENT", "pole_1.0 cat"),
        ([START + 2 * SECOND], "10.0.0.2", 22, "SSH::SERVER", "stoat_2.0"),
    ]


@pytest.mark.parametrize(
    ("line", "client", "server"),
    [
        (b"SSH-x", "x", "SSH-x"),
        (b"SSH-2.0-", "", ""),
        (b"SSH-2.0--1-SSH-2.0-x", "SSH-2.0-x", "SSH-2.0-x"),
        (b"SSH-xSSH-2.0-y", "xSSH-2.0-y", "SSH-xy"),
    ],
)
def test_the_protocol_is_left_out(line: bytes, client: str, server: str) -> None:
    told = converse(SSH, [(True, line + b"\n"), (False, line + b"\n")], to=connection(resp_p=22, resp_h="10.0.0.2"))
    assert [row["unparsed_version"] for row in told.rows["software"]] == [client, server]
