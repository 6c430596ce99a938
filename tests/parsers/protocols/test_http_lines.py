"""One direction as lines."""

import pytest

from parsers.protocols.http.lines import Direction
from tests.parsers.protocols.feeding import START, data


def lines(*pieces: bytes, crlf_only: bool = False) -> list[bytes]:
    direction = Direction()
    direction.crlf_only = crlf_only
    found = []
    for piece in pieces:
        direction.begin(data(True, piece))
        while direction.place < len(piece):
            line = direction.line(direction.limit())
            if line is not None:
                found.append(line)
    rest = direction.rest()
    return found if rest is None else [*found, b"rest: " + rest]


@pytest.mark.parametrize(
    ("pieces", "found"),
    [
        ([b"a\r\nb\nc\rd"], [b"a", b"b", b"c", b"rest: d"]),
        ([b"a\r", b"\nb\r", b"c\r\n"], [b"a", b"b", b"c"]),
        ([b"\r\r\n\n"], [b"", b"", b""]),
        ([b"a", b"b", b"", b"c\n"], [b"abc"]),
    ],
)
def test_any_end_of_a_line(pieces: list[bytes], found: list[bytes]) -> None:
    assert lines(*pieces) == found


@pytest.mark.parametrize(
    ("pieces", "found"),
    [
        ([b"a\rb\nc\r\nd"], [b"a\rb\nc", b"rest: d"]),
        ([b"a\r", b"\nb\r", b"c\r\n"], [b"a", b"b\rc"]),
    ],
)
def test_cr_lf_alone(pieces: list[bytes], found: list[bytes]) -> None:
    assert lines(*pieces, crlf_only=True) == found


def test_a_line_without_an_end_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parsers.protocols.lines.LINE_BYTES", 10)
    assert lines(b"x" * 6, b"y" * 6, b"z\n") == [b"x" * 6 + b"y" * 6, b"z"]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_many_lines_take_time_in_proportion(end: bytes) -> None:
    """A search from each line to the end of the delivery would take minutes here."""
    assert len(lines(end * 200_000)) == 200_000


def test_a_header_that_is_not_simple_is_refused_once() -> None:
    direction = Direction()
    direction.begin(data(True, b"a\r\n b\r\n\r\nc\r\n\r\n"))
    assert direction.header_block() is None
    direction.place = 9
    assert direction.header_block() == ([b"c"], 14)


@pytest.mark.parametrize(
    "block", [b"\r\na\r\n\r\n", b" a\r\n\r\n", b"a\nb\r\n\r\n", b"a\rb\r\n\r\n", b"a\r\n\0\r\n\r\n", b"a\r\n"]
)
def test_headers_that_are_not_simple(block: bytes) -> None:
    direction = Direction()
    direction.begin(data(True, block))
    assert direction.header_block() is None


def test_times_of_lines() -> None:
    direction = Direction()
    direction.begin(data(True, b"ab\ncd\n", START, 2))
    assert direction.body_lines(6) == b"ab\r\ncd"
    assert direction.first_end(0) == 2
