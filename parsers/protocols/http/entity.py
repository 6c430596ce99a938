"""HTTP's entities: how long a body is, how it is transferred and encoded, which file its bytes belong to.

Source: Zeek, src/analyzer/protocol/http/HTTP.cc (HTTP_Entity, HTTP_Message).
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from parsers import escape
from parsers.files.analysis import File
from parsers.protocols.fields import FIRST_WORDS, token
from parsers.protocols.http.extent import Body, Chunked
from parsers.protocols.http.inflation import Inflation
from parsers.protocols.http.lines import Direction
from parsers.protocols.http.numbers import RangeError, content_range, decimal, hexadecimal
from parsers.protocols.http.transactions import PROXY_FIELDS
from parsers.protocols.mime import READERS, Entity, Readers
from parsers.protocols.software import http as software
from parsers.protocols.websocket.handshake import FIELDS

if TYPE_CHECKING:
    from parsers.protocols.http.analyzer import HttpAnalyzer

# A body whose end nothing tells but the connection's.
TO_THE_END: Final = 2**31 - 1
_OTHER_RANGE: Final = "HTTP_range_not_matching_len"
_NAMED_FILE: Final = re.compile(rb"[fF][iI][lL][eE][nN][aA][mM][eE][ \t]*\*?=")
_NAMED: Final = re.compile(rb"[nN][aA][mM][eE][ \t]*=")


class HttpEntity(Entity):
    """A message's header and body, or one of the entities inside it."""

    body_length = 0
    file: File | None = None
    _chunked: Chunked
    _content_length = -1
    _range_length = -1
    _instance_length = -1
    _offset: int | None = None
    _remaining = 0
    _inflation: Inflation | None = None
    _handle: str | None = None
    _tells_size = True
    _expects = False

    def __init__(self, message: "Message", parent: "HttpEntity | None", expected_body: Body) -> None:
        super().__init__(parent)
        self._chunked = Chunked.NO
        self.readers = _REQUEST if message.is_orig else _REPLY
        self.message = message
        self._expected_body = expected_body

    @property
    def is_lines_of_text(self) -> bool:
        """The body ends with the connection or a boundary and its lines mean nothing."""
        return not self.in_header and not self.is_composite and self._chunked is Chunked.NO and self._content_length < 0

    @property
    def lines_left(self) -> int:
        """How many bytes lines may have until the message's own length is reached; -1 where it has none."""
        return self._remaining if self._content_length > 0 else -1

    def header_done(self) -> None:
        direction = self.message.direction
        length = self._content_length
        if self.parent is not None and self.parent.is_multipart:
            direction.crlf_only = True
        if length >= 0:
            direction.expect(length)
        if self._chunked is Chunked.TRAILER:
            self._chunked = Chunked.DONE
            self.end()
        elif self._expected_body is Body.NONE:
            self.end()
        elif self.is_composite:
            if self._chunked is not Chunked.NO:
                self.weird("HTTP_chunked_transfer_for_multipart_message")
            self._remaining = length
            if self.depth == 0 and length == 0:
                self.end()
        elif self._chunked is not Chunked.NO:
            self._chunked = Chunked.SIZE
        elif length > 0:
            self._remaining = direction.plain = length
        elif length == 0:
            self.end()
        elif self.message.analyzer.closes or self.is_compressed:
            direction.plain = TO_THE_END
        elif self._expected_body is Body.IF_ANNOUNCED:
            self.end()

    def take(self, data: bytes, newline: bool) -> None:
        if self.ended:
            return
        if self.in_header:
            if not newline:
                self.weird("http_no_crlf_in_header_list")
            self._header_line(data)
        elif self.is_composite:
            self._payload(data, newline)
            if self.depth == 0 and self._content_length > 0:
                self._pass(len(data) + 2 * newline)
        elif self._chunked is not Chunked.NO:
            self._take_chunked(data)
        elif self._content_length >= 0:
            self._payload(data, newline=False)
            if self._pass(len(data)):
                self.message.direction.expect(-1)
        else:
            self._payload(data, newline)

    def body(self, data: bytes) -> None:
        message = self.message
        since, now = message.transactions.since, message.transactions.now
        size = self._content_length if self._offset is None else self._instance_length
        if self._tells_size and size > 0 and not self.is_compressed:
            file = self._open()
            if file is not None:
                file.size(size, since)
        self._tells_size = False
        file = self._open()
        if file is None:
            return
        if self._offset is None:
            file.data(data, since, now)
        else:
            file.data_at(self._offset, data, since, now)
            self._offset += len(data)

    def gap(self, length: int) -> bool:
        """Bytes are missing; whether they were all of the body, so that the message can go on."""
        if (self.ended and self.in_header) or not self.body_length:
            return False
        file = self._open()
        if file is not None:
            file.gap(length, self.message.transactions.now, self.body_length)
        if self._offset is not None:
            self._offset += length
        in_chunk = self._chunked is Chunked.DATA
        if not in_chunk and (self._chunked is not Chunked.NO or self._content_length < 0):
            return False
        if self._remaining < length:
            return False
        self.body_length += length
        self._remaining -= length
        self.message.direction.plain = self._remaining
        if self._remaining == 0:
            if in_chunk:
                self._chunked = Chunked.LINE_END
            else:
                self.end()
        return True

    def header_fields(self, lines: list[bytes]) -> None:
        if lines:
            self.message.transactions.check_entity(self.message.is_orig, lines)
        super().header_fields(lines)

    def cut_field(self) -> None:
        self._give_up()

    def folded(self, field: bytes) -> None:
        name, colon, _ = field.partition(b":")
        if self.depth == 0 and colon:
            self.weird("HTTP_obsolete_line_folding", escape.text(name.strip(b" \t")))

    def weird(self, name: str, addl: str = "", source: str | None = None) -> None:
        self.message.analyzer.weird(name, addl, source)

    def begin_child(self) -> "HttpEntity":
        child = HttpEntity(self.message, self, Body.EXPECTED)
        self.message.begin(child)
        return child

    def done(self) -> None:
        self._inflation = None
        self.message.end_entity(self)

    def _give_up(self) -> None:
        transactions = self.message.transactions
        transactions.context.connection.give_up(transactions.now)

    def _open(self) -> File | None:
        if self.file is None or self.file.done:
            transactions, is_orig = self.message.transactions, self.message.is_orig
            # A body that goes on after its end, by bytes that are missing behind it, is the same file to Zeek, unless
            # it was as long as was said.
            if self.file is None or self.file.is_complete:
                self._handle = transactions.file_handle(is_orig)
            self.file = transactions.open_file(is_orig, self._handle) if self._handle else None
        return self.file

    def _payload(self, data: bytes, newline: bool) -> None:
        if self.is_compressed:
            if self._inflation is None:
                self._inflation = Inflation()
            was_cut, had_failed = self._inflation.is_cut, self._inflation.failed
            data = self._inflation.inflate(data)
            if self._inflation.failed and not had_failed:
                self.weird("inflate_failed", source="ZIP")
            newline = False
            if self._inflation.is_cut and not was_cut:
                self._give_up()
            if not data:
                return
        self.body_length += len(data) + 2 * newline
        self.content(data, newline)

    def _pass(self, length: int) -> bool:
        """So much of the body has passed; whether it was the last of it."""
        self._remaining -= length
        if self._remaining > 0:
            return False
        self.message.direction.plain = 0
        self.end()
        return True

    def _take_chunked(self, data: bytes) -> None:
        if self._chunked is Chunked.SIZE:
            size = hexadecimal(data)
            if size is None:
                self.weird("HTTP_bad_chunk_size", _said(data))
            self._remaining = size or 0
            if self._remaining > 0:
                self._chunked = Chunked.DATA
                self.message.direction.plain = self._remaining
            else:
                self._chunked = Chunked.TRAILER
                self.in_header = True
        elif self._chunked is Chunked.DATA:
            self._remaining -= len(data)
            if self._remaining <= 0:
                self.message.direction.plain = 0
                self._chunked = Chunked.LINE_END
            self._payload(data, newline=False)
        elif self._chunked is Chunked.LINE_END:
            self._chunked = Chunked.SIZE

    def read_content_type(self, value: bytes) -> None:
        super().read_content_type(value)
        self.message.transactions.name_file(self.message.is_orig, value, _NAMED)

    def read_disposition(self, value: bytes) -> None:
        """Which file the body is, as Content-Disposition says."""
        self.message.transactions.name_file(self.message.is_orig, value, _NAMED_FILE)

    def read_credentials(self, value: bytes) -> None:
        """Who asks."""
        self.message.transactions.log_in(value)

    def read_range(self, _: bytes) -> None:
        """Only a part is asked for."""
        self.message.transactions.of_request().is_range_request = True

    def read_content_length(self, value: bytes) -> None:
        """How long the body is, as Content-Length says."""
        if self._chunked is not Chunked.NO:
            self.weird("HTTP_content_length_and_chunked")
        said = value
        if value.isdigit() and len(value) < 18:
            length: int | None = int(value)
        else:
            first = token(value)
            if first is None:
                return
            said = first[0]
            length = decimal(said)
        if length is None or length < 0:
            self.weird("HTTP_bad_content_length", _said(said))
            self._content_length = 0
            return
        if length and said[0] == 0x30:
            self.weird("HTTP_content_length_leading_zeros", _said(said))
        self._content_length = length
        if self._offset is not None and self._range_length != length:
            self.weird(_OTHER_RANGE)
            self._content_length = max(length, self._range_length)
        self._check_expectation()

    def read_expectation(self, value: bytes) -> None:
        """The client waits to be told to send the body."""
        if FIRST_WORDS[value] != b"100-continue":
            said = token(value)
            self.weird("HTTP_expect_not_100_continue", _said(said[0]) if said else "")
        self._expects = True
        self._check_expectation()

    def _check_expectation(self) -> None:
        if self._expects and self._content_length == 0:
            self.weird("HTTP_content_length_0_and_expect_100_cont")

    def read_transfer_coding(self, value: bytes) -> None:
        """Whether the body comes in chunks."""
        # An entity inside the body cannot change how the message is transferred.
        if self.depth:
            self.weird("HTTP_nested_transfer_encoding_header")
            return
        if self.message.analyzer.version != b"1.1" or FIRST_WORDS[value] != b"chunked":
            return
        self._chunked = Chunked.BEFORE
        said = token(value)
        if said is not None and said[1] < len(value):
            self.weird("HTTP_chunked_multi", _said(value[said[1] :]))
        if self._content_length >= 0:
            self.weird("HTTP_content_length_and_chunked")

    def read_content_encoding(self, value: bytes) -> None:
        """Whether the body is compressed."""
        self.is_compressed = self.is_compressed or FIRST_WORDS[value] in {b"gzip", b"x-gzip", b"deflate"}

    def read_connection(self, value: bytes) -> None:
        """What becomes of the connection."""
        self.message.analyzer.read_connection(self.message.is_orig, FIRST_WORDS[value])

    def read_upgrade(self, value: bytes) -> None:
        """The protocol that the connection goes on with."""
        if not self.message.is_orig:
            self.message.analyzer.upgrade = FIRST_WORDS[value]

    def read_content_range(self, value: bytes) -> None:
        """Which part of a file the body is."""
        if self.message.analyzer.reply_code != 206:
            return
        if self._chunked is not Chunked.NO:
            self.weird("HTTP_content_range_and_chunked")
        try:
            part, said = content_range(value)
        except RangeError as error:
            self.weird(error.name, _said(error.said))
            return
        if part.whole != b"*":
            whole = decimal(part.whole)
            if whole is None:
                self.weird("HTTP_content_range_invalid_instance", _said(said))
            self._instance_length = whole or 0
        self._offset = part.first
        self._range_length = part.last - part.first + 1
        if 0 < self._content_length != self._range_length:
            self.weird(_OTHER_RANGE)
        self._content_length = max(self._content_length, self._range_length)


def _said(raw: bytes) -> str:
    """What was said, for weird.log: Zeek's text ends at a NUL."""
    return escape.text(raw.partition(b"\0")[0])


def _cell(name: str) -> Callable[[HttpEntity, bytes], None]:
    """A reader that puts a request's field into its row."""

    def read(entity: HttpEntity, value: bytes) -> None:
        setattr(entity.message.transactions.of_request(), name, value)

    return read


def _read_user_agent(entity: HttpEntity, value: bytes) -> None:
    transactions = entity.message.transactions
    transactions.of_request().user_agent = value
    software.browser(transactions.context, transactions.now, value)


def _software(name: bytes) -> Callable[[HttpEntity, bytes], None]:
    """A reader of a reply's field that says what made it."""
    tell = software.REPLY[name]

    def read(entity: HttpEntity, value: bytes) -> None:
        transactions = entity.message.transactions
        tell(transactions.context, transactions.now, value)

    return read


def _proxy(name: bytes) -> Callable[[HttpEntity, bytes], None]:
    """A reader of a field that proxies add."""

    def read(entity: HttpEntity, value: bytes) -> None:
        entity.message.transactions.of_request().pass_on(name.upper() + b" -> " + value)

    return read


def _websocket(name: bytes) -> Callable[[HttpEntity, bytes], None]:
    """A reader of a field that a WebSocket is agreed on with."""

    def read(entity: HttpEntity, value: bytes) -> None:
        entity.message.transactions.read_websocket(entity.message.is_orig, name, value)

    return read


_MESSAGE: Final[Readers] = {
    **READERS,
    b"content-type": HttpEntity.read_content_type,
    b"content-disposition": HttpEntity.read_disposition,
    b"content-length": HttpEntity.read_content_length,
    b"transfer-encoding": HttpEntity.read_transfer_coding,
    b"content-encoding": HttpEntity.read_content_encoding,
    b"content-range": HttpEntity.read_content_range,
    b"expect": HttpEntity.read_expectation,
    b"connection": HttpEntity.read_connection,
    b"upgrade": HttpEntity.read_upgrade,
    **{name: _websocket(name) for name in FIELDS},
}
_REPLY: Final[Readers] = {
    **_MESSAGE,
    **{name: _software(name) for name in software.REPLY},
}
_REQUEST: Final[Readers] = {
    **_MESSAGE,
    b"host": _cell("host"),
    b"referer": _cell("referrer"),
    b"user-agent": _read_user_agent,
    b"origin": _cell("origin"),
    b"range": HttpEntity.read_range,
    b"authorization": HttpEntity.read_credentials,
    b"proxy-authorization": HttpEntity.read_credentials,
    **{name: _proxy(name) for name in PROXY_FIELDS},
}


class Message:
    """A request or a reply from its header on: the outermost entity and the one that is being read."""

    __slots__ = ("analyzer", "body_length", "current", "direction", "finished", "is_orig", "top", "transactions")
    __deletable__ = ("top",)

    def __init__(self, analyzer: "HttpAnalyzer", direction: Direction, is_orig: bool, expected_body: Body) -> None:
        self.analyzer = analyzer
        self.transactions = analyzer.transactions
        self.direction = direction
        self.is_orig = is_orig
        self.finished = False
        self.body_length = 0
        self.top = HttpEntity(self, None, expected_body)
        self.current: HttpEntity | None = None
        self.begin(self.top)

    def begin(self, entity: HttpEntity) -> None:
        """An entity begins."""
        self.current = entity
        self.transactions.begin_entity(self.is_orig)

    def end_entity(self, entity: HttpEntity) -> None:
        """An entity is complete."""
        parent = entity.parent
        self.transactions.end_entity()
        self.current = parent if isinstance(parent, HttpEntity) else None
        if parent is None:
            self.body_length = entity.body_length
            self.end()
            return
        if parent.is_multipart:
            self.direction.crlf_only = False
        self._close_file(entity)

    def end(self) -> None:
        """The message is complete, or nothing more of it will be seen."""
        if self.finished:
            return
        self.finished = True
        if not self.top.ended:
            self.top.end()
        self._close_file(self.top)
        self.transactions.end_message(self.is_orig, self.body_length)
        self.analyzer.end_message(self.is_orig)

    def let_go(self) -> None:
        """All has been asked; what it consists of holds it in turn."""
        self.current = None
        del self.top

    def gap(self, length: int) -> bool:
        """Bytes are missing; whether the message can go on all the same."""
        return (self.current or self.top).gap(length)

    def _close_file(self, entity: HttpEntity) -> None:
        # The parts of a ranged download may come on several connections.
        if entity.file is not None and (self.is_orig or self.analyzer.reply_code != 206):
            entity.file.close(self.transactions.now)
