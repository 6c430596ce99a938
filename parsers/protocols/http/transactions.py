"""Requests and the replies to them: pairing, http.log's rows, the files that messages carry.

Source: Zeek, base/protocols/http/{main,entities,files,utils}.zeek.
"""

import re
from typing import Final

from parsers import escape
from parsers.files import handle
from parsers.files.analysis import File
from parsers.limits import CONTAINER_ELEMENTS, HTTP_FILES, PENDING_REQUESTS, ROW_STRING_BYTES
from parsers.pieces import holds
from parsers.protocols import tunnel
from parsers.protocols.analyzer import Connection, Context
from parsers.protocols.filename import filename
from parsers.protocols.http.record import RECORD
from parsers.protocols.mime import base64_text
from parsers.protocols.websocket.handshake import SHARED, SOURCE, Handshake
from parsers.schema import Row

_BASIC: Final = re.compile(rb"[bB][aA][sS][iI][cC][ \t]+")
_IS_BASIC: Final = re.compile(rb"[bB][aA][sS][iI][cC] ")
# Those that Zeek knows (HTTP::http_methods).
_METHODS: Final = frozenset(
    b"GET POST HEAD OPTIONS PUT DELETE TRACE CONNECT PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK POLL REPORT "
    b"SUBSCRIBE BMOVE SEARCH".split()
)
# The header fields that say that a proxy passed a request on.
PROXY_FIELDS: Final = (
    b"forwarded",
    b"x-forwarded-for",
    b"x-forwarded-from",
    b"client-ip",
    b"via",
    b"xroxy-connection",
    b"proxy-connection",
)


class Transaction:
    """A request and its reply while they pass; what has not been seen is what the class says."""

    method: bytes | None = None
    uri: bytes | None = None
    host: bytes | None = None
    referrer: bytes | None = None
    user_agent: bytes | None = None
    origin: bytes | None = None
    username: bytes | None = None
    version: bytes | None = None
    status_code: int | None = None
    status_msg: bytes | None = None
    info_code: int | None = None
    info_msg: bytes | None = None
    request_body_len = 0
    response_body_len = 0
    is_range_request = False
    orig_entities = 0
    resp_entities = 0
    # The name of the file that the entity being read brings; None too while no entity is being read.
    filename: str | None = None
    in_entity = False

    def __init__(self, ts: int, depth: int) -> None:
        self.ts = ts
        self.depth = depth
        self.proxied: dict[bytes, None] = {}
        self.files: dict[bool, tuple[list[str], list[str], list[str]]] = {}

    @property
    def is_informational(self) -> bool:
        """The last reply seen is one that another follows."""
        return self.status_code is not None and 100 <= self.status_code <= 199

    def opened(self, file: File) -> None:
        if self.filename is not None:
            file.filename = self.filename
        fuids, filenames, _ = self._files(file)
        if len(fuids) < HTTP_FILES:
            fuids.append(file.fuid)
            if file.filename is not None:
                filenames.append(file.filename)

    def sniffed(self, file: File) -> None:
        mime_types = self._files(file)[2]
        if len(mime_types) < HTTP_FILES and file.mime_type is not None:
            mime_types.append(file.mime_type)

    def _files(self, file: File) -> tuple[list[str], list[str], list[str]]:
        return self.files.setdefault(bool(file.is_orig), ([], [], []))

    def pass_on(self, told: bytes) -> None:
        """A proxy has passed the request on, as this field says."""
        if len(self.proxied) <= CONTAINER_ELEMENTS:
            self.proxied[told] = None

    def row(self, connection: Connection) -> Row:
        """The row of http.log."""
        proxied = [_text(header) for header in self.proxied]
        sent = self.files.get(True, _NO_FILES)
        received = self.files.get(False, _NO_FILES)
        return (
            self.ts,
            *connection.head,
            self.depth,
            _text(self.method),
            _text(self.host),
            _text(self.uri),
            _text(self.referrer),
            _text(self.version),
            _text(self.user_agent),
            _text(self.origin),
            self.request_body_len,
            self.response_body_len,
            self.status_code,
            _text(self.status_msg),
            self.info_code,
            _text(self.info_msg),
            [],
            _text(self.username),
            None,
            proxied or None,
            *(list(names) or None for names in sent),
            *(list(names) or None for names in received),
        )


_NO_FILES: Final[tuple[list[str], list[str], list[str]]] = ([], [], [])


class Transactions:
    """All requests and replies of one connection, those inside a tunnel that it becomes too.

    Requests and replies are counted from 1 as they come; `current` is the transaction that something was last
    seen of. `since` and `now` are the times of the first and the last byte of what is being read.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.since = self.now = context.connection.start
        self.current: Transaction | None = None
        self.readers = 0
        self._pending: dict[int, Transaction] = {}
        self._requests = 0
        self._replies = 0
        self._depth = 0
        self._handshake: Handshake | None = None

    def request(self, method: bytes, uri: bytes) -> None:
        """A request begins."""
        self._handshake = None
        if self._requests < self._replies:
            self._weird("HTTP_response_before_request")
            self._requests = self._replies
        if len(self._pending) > PENDING_REQUESTS:
            self._weird("HTTP_excessive_pipelining")
            self._write_unanswered()
        self._requests += 1
        transaction = self._at(is_orig=True)
        transaction.method = method
        transaction.uri = uri
        if method not in _METHODS:
            self._weird("unknown_HTTP_method", escape.text(method))

    def reply(self, version: bytes, code: int, reason: bytes) -> None:
        """A reply begins."""
        awaited = self._pending.get(self._replies)
        if awaited is None or (awaited.status_code is not None and not awaited.is_informational):
            self._replies += 1
        transaction = self._at(is_orig=False)
        transaction.status_code = code
        transaction.status_msg = reason
        transaction.version = version
        if transaction.is_informational:
            transaction.info_code = code
            transaction.info_msg = reason
        if code == 200 and transaction.method == b"CONNECT":
            self._tell_tunnel()

    def begin_entity(self, is_orig: bool) -> None:
        """A message, or an entity inside one, begins."""
        transaction = self._at(is_orig)
        if is_orig:
            transaction.orig_entities += 1
        else:
            transaction.resp_entities += 1
        transaction.in_entity = True
        transaction.filename = None

    def check_entity(self, is_orig: bool, fields: list[bytes]) -> None:
        """Header fields have come: those of an entity, or of one that the other side's has ended."""
        transaction = self._pending.get(self._requests if is_orig else self._replies)
        if (transaction is None or not transaction.in_entity) and any(holds(field, b":") for field in fields):
            self.context.weird("missing_HTTP_entity", self.now)

    def end_entity(self) -> None:
        """An entity has come to its end."""
        if self.current is not None:
            self.current.in_entity = False
            self.current.filename = None

    def name_file(self, is_orig: bool, value: bytes, named: re.Pattern[bytes]) -> None:
        """A field that may name the file that the entity is: it does where `named` is found in it."""
        transaction = self._at(is_orig)
        if transaction.in_entity and holds(value, b"=") and named.search(value):
            transaction.filename = _text(filename(value))

    def log_in(self, value: bytes) -> None:
        """A request's credentials."""
        transaction = self.of_request()
        if _IS_BASIC.match(value):
            user, colon, _ = (base64_text(_BASIC.sub(b"", value, count=1), self._tell_base64) or b"").partition(b":")
            transaction.username = user if colon else b"<problem-decoding> (" + value + b")"

    def _tell_base64(self, what: str) -> None:
        self.context.weird("base64_illegal_encoding", self.now, what, "")

    def of_request(self) -> Transaction:
        """The transaction of the request that is being read."""
        return self._at(is_orig=True)

    def end_message(self, is_orig: bool, body_length: int) -> None:
        """A message has come to its end; with a final reply's, the transaction is complete."""
        transaction = self._at(is_orig)
        if is_orig:
            transaction.request_body_len = body_length
            return
        transaction.response_body_len = body_length
        if not transaction.is_informational:
            self._write(transaction)
            self._pending.pop(self._replies, None)

    def read_websocket(self, is_orig: bool, name: bytes, value: bytes) -> None:
        """A field of the handshake that makes a WebSocket of the connection."""
        if self._handshake is None:
            self._handshake = Handshake()
        weird = self._handshake.read(is_orig, name, value)
        if weird is not None:
            self.context.weird(weird, self.now, "", SOURCE)

    def begin_websocket(self) -> None:
        """The connection becomes a WebSocket: leave its analyser what was said before."""
        handshake = self._handshake or Handshake()
        handshake.ts = self.now
        if self.current is not None:
            handshake.http = self.current.host, self.current.uri, self.current.user_agent
        self.context.shared[SHARED] = handshake

    def file_handle(self, is_orig: bool) -> str | None:
        """Zeek's handle of the file that a body is which begins now."""
        return None if self.current is None else self._handle(self.current, is_orig)

    def open_file(self, is_orig: bool, file_handle: str) -> File | None:
        """The file of a handle, to which bytes belong that come now."""
        transaction = self.current
        if transaction is None:
            return None
        return self.context.files.open(
            file_handle,
            "HTTP",
            self.context.connection,
            is_orig,
            self.since,
            shared=transaction.is_range_request and not is_orig,
            listener=transaction,
        )

    def finish(self) -> None:
        """The connection has ended: what was never answered is written."""
        for number, transaction in self._pending.items():
            if number:
                self._write(transaction)
        self._pending.clear()

    def _at(self, is_orig: bool) -> Transaction:
        """The transaction that this side's message belongs to; a new one where none waits for it."""
        number = self._requests if is_orig else self._replies
        transaction = self._pending.get(number)
        if transaction is None:
            self._depth += 1
            transaction = self._pending[number] = Transaction(self.now, self._depth)
        self.current = transaction
        return transaction

    def _weird(self, name: str, addl: str = "") -> None:
        """Something that Zeek's scripts find weird: they do not say who they are."""
        self.context.weird(name, self.now, addl, "")

    def _tell_tunnel(self) -> None:
        """A proxy's tunnel; Zeek leaves out the client's port, for many connections lead into it."""
        c = self.context.connection
        ends = (c.orig_h, 0, c.resp_h, c.resp_p)
        self.context.rows.add(tunnel.RECORD, tunnel.used(self.now, (None, *ends, "Tunnel::HTTP")))

    def _write(self, transaction: Transaction) -> None:
        self.context.rows.add(RECORD, transaction.row(self.context.connection))

    def _write_unanswered(self) -> None:
        """Too many requests wait: replies are not seen, or cannot be told apart any more."""
        self._replies = max(self._replies, 1)
        while self._replies < self._requests:
            unanswered = self._pending.pop(self._replies, None)
            if unanswered is not None:
                self._write(unanswered)
            self._replies += 1

    def _handle(self, transaction: Transaction, is_orig: bool) -> str:
        connection = self.context.connection
        if transaction.is_range_request and not is_orig:
            # What several requests ask for in parts is one file.
            url = _url(transaction, connection).decode("utf-8", "surrogateescape")
            return f"Analyzer::ANALYZER_HTTP{handle.truth(is_orig)}{connection.orig_h}{url}"
        entities = transaction.orig_entities if is_orig else transaction.resp_entities
        ends = handle.endpoints(connection.orig_h, connection.orig_p, connection.resp_h, connection.resp_p)
        start = handle.seconds(connection.start)
        return f"Analyzer::ANALYZER_HTTP{start}{handle.truth(is_orig)}{transaction.depth}{entities}{ends}"


def _url(transaction: Transaction, connection: Connection) -> bytes:
    """The address that was asked for, without its scheme."""
    uri = b"/<missed_request>" if transaction.uri is None else transaction.uri
    if holds(uri, b"://"):
        return uri
    host = transaction.host
    if host is None:
        host = (f"[{connection.resp_h}]" if ":" in connection.resp_h else connection.resp_h).encode()
    return host + (b"" if connection.resp_p == 80 else b":%d" % connection.resp_p) + uri


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else escape.text(raw if len(raw) <= ROW_STRING_BYTES else raw[: ROW_STRING_BYTES + 1])
