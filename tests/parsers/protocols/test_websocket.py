"""WebSockets: the handshake in HTTP, frames, what travels in them, and a real server."""

from base64 import b64encode
from hashlib import sha1
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.protocols import websocket
from parsers.protocols.analyzer import Event, Gap
from parsers.protocols.http import HTTP
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, converse, data, each_way, run
from tests.parsers.protocols.loopback import Loopback, loopback

AMONG = (HTTP, websocket.PROTOCOL)
KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = b64encode(sha1(KEY + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
MASK = b"\x11\x22\x33\x44"


def request(*fields: bytes) -> bytes:
    more = b"".join(field + b"\r\n" for field in fields)
    return b"GET /chat HTTP/1.1\r\nHost: ws.example.org\r\nUser-Agent: tester\r\n" + more + b"\r\n"


def reply(*fields: bytes, upgrade: bytes = b"websocket") -> bytes:
    more = b"".join(field + b"\r\n" for field in fields)
    return b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + upgrade + b"\r\n" + more + b"\r\n"


ASK = request(
    b"Sec-WebSocket-Key: " + KEY,
    b"Sec-WebSocket-Protocol: v1 , v2",
    b"Sec-WebSocket-Protocol: v3",
    b"Sec-WebSocket-Extensions: permessage-deflate; x=1",
)
ACCEPTED = b"Sec-WebSocket-Accept: " + ACCEPT
ANSWER = reply(ACCEPTED, b"Sec-WebSocket-Protocol: v2", b"Sec-WebSocket-Extensions: permessage-deflate")
OPENING: list[Turn] = [(True, ASK), (False, ANSWER)]


def frame(
    content: bytes, kind: int = 1, *, last: bool = True, masked: bool = False, length: int | None = None
) -> bytes:
    size = len(content) if length is None else length
    head = bytes((kind | last << 7,))
    if size < 126:
        head += bytes((size | masked << 7,))
    elif size < 1 << 16:
        head += bytes((126 | masked << 7,)) + size.to_bytes(2, "big")
    else:
        head += bytes((127 | masked << 7,)) + size.to_bytes(8, "big")
    if masked:
        content = bytes(byte ^ MASK[i % 4] for i, byte in enumerate(content))
        head += MASK
    return head + content


def talk(*turns: Turn, way: str = "whole") -> Told:
    return converse(AMONG, [*OPENING, *turns], way)


@each_way
def test_a_handshake(way: str) -> None:
    told = talk((True, frame(b"hello", masked=True)), (False, frame(b"world")), way=way)
    assert told.service == "http,websocket"
    row = told.only("websocket")
    assert (row["host"], row["uri"], row["user_agent"]) == ("ws.example.org", "/chat", "tester")
    assert (row["subprotocol"], row["client_protocols"]) == ("v2", ["v1", "v2", "v3"])
    assert row["server_extensions"] == ["permessage-deflate"]
    assert row["client_extensions"] == ["permessage-deflate; x=1"]
    assert row["ts"] == START + 2 * SECOND
    assert {row["name"] for row in told.rows.get("weird", [])} <= {"protocol_data_with_HTTP_upgrade_reply"}


def test_a_websocket_without_a_message_is_not_sure() -> None:
    assert talk().service == "http"
    assert talk((True, frame(b"half", last=False))).service == "http"


def test_another_protocol_is_no_websocket() -> None:
    told = converse(AMONG, [(True, ASK), (False, reply(ACCEPTED, upgrade=b"h2c")), (True, frame(b"x"))])
    assert "websocket" not in told.rows


@pytest.mark.parametrize(
    ("asked", "answered", "weirds"),
    [
        (request(), reply(), {"established_unexpected", "missing_key_header", "missing_accept_header"}),
        (ASK, reply(), {"missing_accept_header"}),
        (ASK, reply(ACCEPTED + b"x"), {"wrong_accept_header"}),
        (ASK, reply(ACCEPTED, ACCEPTED), {"multiple_accept_headers"}),
        (ASK, reply(ACCEPTED, *[b"Sec-WebSocket-Protocol: x"] * 2), {"multiple_protocol_headers"}),
        (request(*[b"Sec-WebSocket-Key: " + KEY] * 2), reply(ACCEPTED), {"multiple_key_headers"}),
    ],
)
def test_weird_handshakes(asked: bytes, answered: bytes, weirds: set[str]) -> None:
    told = converse(AMONG, [(True, asked), (False, answered)])
    assert {(row["name"], row["source"]) for row in told.rows["weird"]} == {
        (f"websocket_{name}", "WebSocket") for name in weirds
    }
    assert len(told.rows["websocket"]) == 1


def test_a_wrong_answer_is_told_with_the_right_one() -> None:
    told = converse(AMONG, [(True, ASK), (False, reply(b"Sec-WebSocket-Accept: wrong"))])
    assert told.only("weird")["addl"] == f"expected={ACCEPT.decode()}, found=wrong"


def test_frames_behind_the_reply_in_its_segment() -> None:
    told = converse(AMONG, [(True, ASK), (False, ANSWER + frame(b"hello"))])
    assert told.service == "http,websocket"
    weird = told.only("weird")
    assert (weird["name"], weird["addl"], weird["source"]) == ("protocol_data_with_HTTP_upgrade_reply", "7", "HTTP")


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("size", [1, 7, 5000])
def test_what_is_inside_is_recognised(masked: bool, size: int) -> None:
    inside = b"GET /inside HTTP/1.1\r\nHost: far.example.org\r\nX: " + b"x" * 10_000 + b"\r\n\r\n"
    parts = [inside[i : i + size] for i in range(0, len(inside), size)] if size > 1 else [inside]
    frames = [frame(part, 2 if i == 0 else 0, last=i == len(parts) - 1, masked=masked) for i, part in enumerate(parts)]
    told = talk((True, b"".join(frames)), (True, frame(b"", 8, masked=masked)))
    assert told.service == "http,websocket"
    assert [row["uri"] for row in told.rows["http"]] == ["/chat", "/inside"]


def test_what_only_controls_is_not_inside() -> None:
    told = talk((True, frame(b"GET /inside HTTP/1.1\r\n\r\n", 9)), (True, frame(b"\x03\xe8bye", 8)))
    assert told.service == "http,websocket"
    assert len(told.rows["http"]) == 1


def test_long_control_frames_are_weird() -> None:
    weird = talk((True, frame(b"x" * 126, 9))).only("weird")
    assert (weird["name"], weird["addl"]) == ("websocket_control_frame_size_exceeded", "126 > 125")


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        (frame(b"x", 0), "&enforce violation : WebSocket_FrameHeader:first2"),
        (frame(b"x", last=False) + frame(b"y", 9), "&enforce violation : WebSocket_FrameHeader:first2"),
        (frame(b"\3", 8), "out_of_bound: WebSocket_FramePayloadClose:status: 2 > 1"),
    ],
)
def test_what_does_not_fit_ends_it(sent: bytes, fault: str) -> None:
    told = talk((True, frame(b"hello")), (True, sent), (True, frame(b"GET / HTTP/1.1\r\n\r\n")))
    failed = told.only("analyzer")
    assert (failed["analyzer_name"], failed["failure_reason"]) == ("WEBSOCKET", f"binpac exception: {fault}")
    assert told.service == "http"


def test_frames_of_nothing_and_of_very_much() -> None:
    assert talk((True, frame(b"") + frame(b"", 8))).service == "http,websocket"
    assert talk((True, frame(b"x", length=1 << 62))).service == "http"


def test_nothing_is_read_behind_a_hole_of_the_websocket() -> None:
    fed: list[Event] = [data(*turn) for turn in OPENING]
    told = run(
        AMONG, [*fed, data(True, frame(b"a")), Gap(True, 1, START), data(True, frame(b"GET / HTTP/1.1\r\n\r\n"))]
    )
    assert told.service == "http,websocket"


@given(st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=40)), max_size=6))
def test_any_bytes_are_survived(turns: list[Turn]) -> None:
    talk(*turns)
    talk(*((is_orig, frame(turn[1:], turn[0] & 15, last=turn[0] > 99, masked=is_orig)) for is_orig, turn in turns))


_SERVER = """
import asyncio, websockets
async def main():
    async def echo(socket, path):
        async for message in socket:
            await socket.send(message)
    async with websockets.serve(echo, "127.0.0.1", 8080, subprotocols=["chat"]):
        await asyncio.Future()
asyncio.run(main())
"""
_CLIENT = """
import asyncio, websockets
async def main():
    extra = {"subprotocols": ["chat", "talk"], "compression": None, "user_agent_header": "tester"}
    async with websockets.connect("ws://127.0.0.1:8080/room?x=1", **extra) as socket:
        for message in ("hello", "GET /inside HTTP/1.1\\r\\n\\r\\n", "x" * 70000):
            await socket.send(message)
            print(len(await socket.recv()))
asyncio.run(main())
"""


def test_a_real_server(tmp_path: Path) -> None:
    python = "/usr/bin/python3"
    Loopback.need(python)
    with loopback(tmp_path) as inside:
        if inside.run(python, "-c", "import websockets").returncode:
            pytest.skip("needs websockets")
        inside.start(python, "-c", _SERVER)
        inside.wait_for(8080)
        with inside.captured():
            echoed = inside.run(python, "-c", _CLIENT).stdout.split()
        row, *others = inside.rows("websocket")
        services = [found["service"] for found in inside.rows("conn") if found["proto"] == "tcp"]
    assert echoed == [b"5", b"24", b"70000"]
    assert others == []
    assert (row["host"], row["uri"], row["user_agent"]) == ("127.0.0.1:8080", "/room?x=1", "tester")
    assert (row["subprotocol"], row["client_protocols"]) == ("chat", ["chat", "talk"])
    assert services == ["http,websocket"]
