"""Few large downloads over HTTP, half of them in chunks."""

import hashlib
from dataclasses import dataclass, field

from tests.benchmarks.inputs.made import START, Made, client, server
from tests.demo.tls import filler
from tests.demo.wire import Conversation

_APART = 250_000
_PIECE = 1 << 16


@dataclass
class Downloads(Made):
    """With the SHA-1 of each body, in the order in which they begin."""

    sha1: list[str] = field(default_factory=list)


def downloads(count: int, size: int) -> Downloads:
    """So many bodies of so many bytes each."""
    made = Downloads()
    for number in range(count):
        body = _body(number, size)
        talk = Conversation(
            made.wire, client(number, 50), 40_000 + number, server(number, 3), 80, START + number * _APART
        )
        head = "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: application/zip\r\n"
        request = f"GET /archive/{number}.zip HTTP/1.1\r\nHost: files.example\r\nAccept: */*\r\n\r\n"
        if number % 2:
            reply = f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + _chunked(body)
        else:
            reply = f"{head}Content-Length: {size}\r\n\r\n".encode() + body
        talk.ask(request.encode(), reply)
        talk.close()
        made.sha1.append(hashlib.sha1(body).hexdigest())
        made.rows.update(conn=1, http=1, files=1)
    return made


def _body(number: int, size: int) -> bytes:
    """What begins like a zip and goes on as noise."""
    piece = filler(f"download {number}", _PIECE)
    return (b"PK\x03\x04\x14\0\0\0" + piece * (size // _PIECE + 1))[:size]


def _chunked(body: bytes) -> bytes:
    """The body in chunks of many sizes (RFC 9112, section 7.1)."""
    pieces, at = [], 0
    while at < len(body):
        piece = body[at : at + 1000 + at % 15_000]
        pieces.append(b"%x\r\n%b\r\n" % (len(piece), piece))
        at += len(piece)
    return b"".join((*pieces, b"0\r\n\r\n"))
