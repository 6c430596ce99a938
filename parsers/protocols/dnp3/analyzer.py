"""DNP3's link layer (IEEE 1815): frames with checksums, and the messages that they carry in parts.

Source: Zeek, src/analyzer/protocol/dnp3/{DNP3.cc,dnp3-protocol.pac}, base/protocols/dnp3/main.zeek.
"""

from typing import Final, NoReturn

from parsers.limits import FRAME_BYTES
from parsers.protocols.analyzer import Context, Data, End, Gap
from parsers.protocols.binpac import BinpacError
from parsers.protocols.dnp3.headers import read_objects
from parsers.protocols.dnp3.record import RECORD
from parsers.protocols.grammar import Reading

_MAGIC: Final = b"\x05\x64"
_LINK_BYTES: Final = 8
# Link header, its checksum, the transport byte: Zeek waits for all of them.
_HEADER_BYTES: Final = 11
# The length counts from the control byte on: five bytes of link header are in it.
_COUNTED: Final = 5
_CHUNK: Final = 16
_FIRST, _LAST = 0x40, 0x80
_FROM_MASTER: Final = 0x80
_POLYNOMIAL: Final = 0xA6BC

_REQUESTS: Final = (
    "CONFIRM READ WRITE SELECT OPERATE DIRECT_OPERATE DIRECT_OPERATE_NR IMMED_FREEZE IMMED_FREEZE_NR FREEZE_CLEAR "
    "FREEZE_CLEAR_NR FREEZE_AT_TIME FREEZE_AT_TIME_NR COLD_RESTART WARM_RESTART INITIALIZE_DATA INITIALIZE_APPL "
    "START_APPL STOP_APPL SAVE_CONFIG ENABLE_UNSOLICITED DISABLE_UNSOLICITED ASSIGN_CLASS DELAY_MEASURE "
    "RECORD_CURRENT_TIME OPEN_FILE CLOSE_FILE DELETE_FILE GET_FILE_INFO AUTHENTICATE_FILE ABORT_FILE ACTIVATE_CONFIG "
    "AUTHENTICATE_REQ AUTHENTICATE_REQ_NR"
)
_REPLIES: Final = {0x81: "RESPONSE", 0x82: "UNSOLICITED_RESPONSE", 0x83: "AUTHENTICATE_RESP"}
_FUNCTIONS: Final = dict(enumerate(_REQUESTS.split())) | _REPLIES
# Confirmation, restarts, delays and the like: what follows them is not looked at.
_REQUESTS_WITHOUT_OBJECTS: Final = frozenset((0x00, 0x0D, 0x0E, 0x0F, 0x13, 0x17, 0x18))
_LAST_REQUEST: Final = 0x21


def _remainder(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
    return byte


_REMAINDERS: Final = [_remainder(byte) for byte in range(256)]


def checksum(block: bytes) -> bytes:
    """The checksum that follows a block of a frame."""
    crc = 0
    for byte in block:
        crc = _REMAINDERS[(crc ^ byte) & 0xFF] ^ crc >> 8
    return (~crc & 0xFFFF).to_bytes(2, "little")


class LinkError(Exception):
    """The frames are not what they should be: nothing more is read; never leaves the module."""


class _Side:
    """One direction: the frame that is being read, and the message of which it is a part.

    wanted    how long the frame's part is that is waited for: the header first, then the whole
    has_begun a frame of the message has come before
    has_first the first part of the message has come
    """

    __slots__ = ("frame", "has_begun", "has_first", "message", "wanted")

    def __init__(self) -> None:
        self.frame = bytearray()
        self.wanted = _HEADER_BYTES
        self.message = bytearray()
        self.has_begun = self.has_first = False


class Dnp3Analyzer:
    """One connection's requests and replies, over TCP or UDP."""

    def __init__(self, context: Context, name: str) -> None:
        self.context = context
        self.name = name
        self._sides = {True: _Side(), False: _Side()}
        self._is_over = False
        self._now = 0
        self._request: str | None = None
        self._asked: int | None = None

    def deliver(self, data: Data) -> None:
        start = 0
        for end, ts in zip(data.ends, data.times, strict=True):
            if self._is_over:
                return
            self._now = ts
            try:
                self._advance(self._sides[data.is_orig], data.is_orig, data.data, start, end)
            except BinpacError as error:
                self._is_over = True
                self.context.reject(self.name, ts, str(error))
            except LinkError:
                self._is_over = True
            start = end

    def gap(self, gap: Gap) -> None:
        """A hole: what comes behind it is read as if there were none, as Zeek does."""

    def end(self, end: End) -> None:
        """One side has closed: nothing is pending that would become whole by it."""

    def finish(self, ts: int) -> None:  # noqa: ARG002
        """The connection is over: a request without a reply is a row too."""
        self._write(None, None)

    def _advance(self, side: _Side, is_orig: bool, data: bytes, place: int, end: int) -> None:
        while place < end:
            stop = min(end, place + side.wanted - len(side.frame))
            side.frame += data[place:stop]
            place = stop
            if len(side.frame) < side.wanted:
                return
            if side.wanted == _HEADER_BYTES and not self._take_header(side, is_orig):
                # Zeek passes over the rest of the segment.
                return
            if len(side.frame) == side.wanted:
                self._take_frame(side, is_orig)

    def _take_header(self, side: _Side, is_orig: bool) -> bool:
        """Whether a frame's header announces a part of a message."""
        header = bytes(side.frame)
        if not header.startswith(_MAGIC):
            self._fail("dnp3_header_lacks_magic")
        if checksum(header[:_LINK_BYTES]) != header[_LINK_BYTES : _LINK_BYTES + 2]:
            self.context.weird("dnp3_corrupt_header_checksum", self._now)
            self.context.reject(self.name, self._now, "broken_checksum")
            raise LinkError
        self.context.confirm(self.name, self._now)
        length, control = header[2:4]
        if length == _COUNTED:
            side.frame.clear()
            side.has_begun = side.has_first = False
            return False
        if is_orig is not bool(control & _FROM_MASTER):
            self.context.weird("dnp3_unexpected_flow_direction", self._now)
        if not side.has_begun:
            side.has_begun = True
            side.message += header[:_LINK_BYTES]
            if length < _COUNTED:
                self._read_message(side, is_orig)
        if length == 0:
            self._fail("dnp3_negative_or_zero_length_link_layer")
        if length < _COUNTED - 1:
            raise LinkError
        content = max(length - _COUNTED, 0)
        side.wanted = max(_HEADER_BYTES - 1 + content + 2 * -(-content // _CHUNK), _HEADER_BYTES)
        return True

    def _take_frame(self, side: _Side, is_orig: bool) -> None:
        """A whole frame: its blocks, each with a checksum, are a part of a message behind the transport byte."""
        frame = bytes(side.frame)
        flags = frame[_HEADER_BYTES - 1]
        part = bytearray()
        for place in range(_HEADER_BYTES - 1, len(frame) - 2, _CHUNK + 2):
            stop = min(place + _CHUNK, len(frame) - 2)
            if checksum(frame[place:stop]) != frame[stop : stop + 2]:
                self._fail("dnp3_corrupt_app_chunk_checksum")
            part += frame[place:stop]
        side.message += part[1:]
        if len(side.message) > FRAME_BYTES:
            raise BinpacError(
                f"flowbuffer allocation failed: expand past max capacity {len(side.message)}/{FRAME_BYTES}"
            )
        side.has_first = side.has_first or bool(flags & _FIRST)
        if not side.has_first:
            self._fail("dnp3_first_application_layer_chunk_missing")
        if flags & _LAST:
            self._read_message(side, is_orig)
            side.has_begun = side.has_first = False
        side.frame.clear()
        side.wanted = _HEADER_BYTES

    def _read_message(self, side: _Side, is_orig: bool) -> None:
        message = Reading(bytes(side.message), _LINK_BYTES)
        side.message.clear()
        if is_orig:
            _, function = message.numbers("DNP3_Application_Request_Header", ">BB")
            self._request, self._asked = _name(function), self._now
            has_objects = function <= _LAST_REQUEST and function not in _REQUESTS_WITHOUT_OBJECTS
        else:
            _, function, indications = message.numbers("DNP3_Application_Response_Header", ">BBH")
            self._asked = self._now
            self._write(_name(function), indications)
            has_objects = function in _REPLIES
        if has_objects:
            read_objects(message, function, is_orig)

    def _write(self, reply: str | None, indications: int | None) -> None:
        """The row of the last request and this reply to it."""
        if self._asked is not None:
            head = self.context.connection.head
            self.context.rows.add(RECORD, (self._asked, *head, self._request, reply, indications))
        self._request = self._asked = None

    def _fail(self, weird: str) -> NoReturn:
        self.context.weird(weird, self._now)
        raise LinkError


def _name(function: int) -> str:
    return _FUNCTIONS.get(function, f"unknown-{function}")
