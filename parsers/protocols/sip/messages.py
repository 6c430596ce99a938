"""SIP's messages out of the datagrams of one direction (RFC 3261 7).

Zeek reads a direction as one stream: a message that is cut short goes on in the next datagram.
Source: Zeek, src/analyzer/protocol/sip/sip-{protocol,analyzer}.pac; binpac, lib/binpac_buffer.cc.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeAlias

from parsers.limits import FRAME_BYTES
from parsers.protocols.binpac import BinpacError, invalid_length, mismatch, out_of_bound, to_int

_TOKEN: Final = r"[a-zA-Z0-9_.!%*+`'~-]"  # noqa: S105  a token of RFC 3261
_JUNK: Final = re.compile(rf"[^{_TOKEN[1:]}*".encode())
_METHOD: Final = re.compile(rf"{_TOKEN}+".encode())
_BLANKS: Final = re.compile(rb"[ \t]*")
_URI: Final = re.compile(rb"[!-~]+")
_VERSION: Final = re.compile(rb"[0-9]+\.[0-9]+")
_STATUS: Final = re.compile(rb"[0-9]{3}")
_NAME: Final = re.compile(rb"[^: \t]+")
_LINE_END: Final = re.compile(rb"[\r\n]")
_SCHEME: Final = b"SIP/"
_LENGTH_NAMES: Final = (b"Content-Length", b"L")
_CR, _LF = 0x0D, 0x0A


@dataclass(frozen=True, slots=True)
class Request:
    """A request's first line; `junk` came before it."""

    method: bytes
    uri: bytes
    junk: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply's first line."""

    code: int
    reason: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """A header field."""

    name: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class End:
    """A message is over, its body included."""


Part: TypeAlias = Request | Reply | Header | End


class _State(Enum):
    START = auto()
    HEADERS = auto()
    BODY = auto()


class Flow:
    """One direction: requests, or replies."""

    def __init__(self, *, of_requests: bool) -> None:
        self._of_requests = of_requests
        self._state = _State.START
        self._held = bytearray()
        self._after_cr = False
        # A message that does not say how long its body is has one as long as the last that did.
        self._length = 0

    def feed(self, data: bytes) -> Iterator[Part]:
        """The parts that are whole now; raises BinpacError at one that does not fit, and forgets what is behind it."""
        try:
            yield from self._parts(data)
        except BinpacError:
            self._state = _State.START
            self._held.clear()
            raise

    def _parts(self, data: bytes) -> Iterator[Part]:
        place = 0
        while True:
            if self._state is _State.BODY:
                if self._after_cr and place < len(data):
                    self._after_cr = False
                    place += data[place] == _LF
                if self._length < 0:
                    raise invalid_length("sip-protocol.pac:68", self._length)
                missing = self._length - len(self._held)
                if len(data) - place < missing:
                    self._hold(data[place:])
                    return
                place += missing
                self._held.clear()
                self._state = _State.START
                yield End()
            line, place = self._line(data, place)
            if line is None:
                return
            yield from self._read(line)

    def _line(self, data: bytes, place: int) -> tuple[bytes | None, int]:
        """The next line and the place behind it; no line where its end has not come."""
        if self._after_cr and place < len(data) and data[place] == _LF:
            self._after_cr = False
            place += 1
        found = _LINE_END.search(data, place)
        if found is None:
            self._hold(data[place:])
            return None, len(data)
        line = bytes(self._held) + data[place : found.start()]
        self._held.clear()
        if data[found.start()] == _CR:
            self._after_cr = True
        return line, found.end()

    def _hold(self, data: bytes) -> None:
        self._held += data
        if len(self._held) > FRAME_BYTES:
            raise BinpacError("flowbuffer allocation failed: expand past max capacity")

    def _read(self, line: bytes) -> Iterator[Part]:
        if self._state is _State.START:
            self._state = _State.HEADERS
            yield _request(line) if self._of_requests else _reply(line)
        elif line:
            header = _header(line)
            if header.name in _LENGTH_NAMES:
                self._length = to_int(header.value)
            yield header
        else:
            self._state = _State.BODY


def _request(line: bytes) -> Request:
    junk, place = _match(_JUNK, line, 0, 22)
    method, place = _match(_METHOD, line, place, 23)
    _, place = _match(_BLANKS, line, place, 24)
    uri, place = _match(_URI, line, place, 25)
    _, place = _match(_BLANKS, line, place, 26)
    _version(line, place)
    return Request(method, uri, junk)


def _reply(line: bytes) -> Reply:
    place = _version(line, 0)
    _, place = _match(_BLANKS, line, place, 32)
    status, place = _match(_STATUS, line, place, 39)
    _, place = _match(_BLANKS, line, place, 34)
    return Reply(int(status), line[place:])


def _version(line: bytes, place: int) -> int:
    """The place behind the version of the protocol."""
    left = len(line) - place
    if left < len(_SCHEME):
        raise out_of_bound("SIP_Version:anonymous_field_010", len(_SCHEME), left)
    if not line.startswith(_SCHEME, place):
        raise mismatch("sip-protocol.pac:45", _SCHEME.decode(), line[place:])
    return _match(_VERSION, line, place + len(_SCHEME), 46)[1]


def _header(line: bytes) -> Header:
    name, place = _match(_NAME, line, 0, 60)
    _, place = _match(_BLANKS, line, place, 61)
    if place == len(line):
        raise out_of_bound("SIP_Header:anonymous_field_014", place + 1, place)
    if line[place : place + 1] != b":":
        raise mismatch("sip-protocol.pac:62", ":", line[place:])
    _, place = _match(_BLANKS, line, place + 1, 63)
    return Header(name, line[place:])


def _match(pattern: re.Pattern[bytes], line: bytes, place: int, number: int) -> tuple[bytes, int]:
    """What a pattern finds at a place, and the place behind it; the number is that of its line in Zeek's grammar."""
    found = pattern.match(line, place)
    if found is None:
        raise mismatch(f"sip-protocol.pac:{number}", pattern.pattern.decode(), line[place:])
    return found[0], found.end()
