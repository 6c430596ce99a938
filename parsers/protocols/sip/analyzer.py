"""SIP on one connection: replies are put to the request that is open.

Source: Zeek, scripts/base/protocols/sip/{main.zeek,dpd.sig}, src/analyzer/protocol/sip/SIP.cc.
"""

import re
from typing import Any, Final

from parsers import escape
from parsers.limits import SIP_PATH
from parsers.pieces import holds
from parsers.protocols.analyzer import Context, Data
from parsers.protocols.binpac import BinpacError
from parsers.protocols.datagrams import DatagramAnalyzer
from parsers.protocols.sip import messages
from parsers.protocols.sip.messages import Flow, Header, Reply, Request
from parsers.protocols.sip.record import RECORD

_METHODS: Final = frozenset((b"REGISTER", b"INVITE", b"ACK", b"CANCEL", b"BYE", b"OPTIONS", b"NOTIFY", b"SUBSCRIBE"))
_REPLY_BEGINS: Final = b"SIP/"
_SHORTEST_REPLY: Final = 7

_VERSION: Final = rb"SIP/[0-9]\.[0-9]"
_REQUEST: Final = re.compile(b" " + _VERSION + b"\r\n")
_REPLY: Final = re.compile(b" ?" + _VERSION + b"(?:\r\n| [0-9]{3} )")

# Header fields, and the cells that they fill, by the side that sends them.
_REQUEST_CELLS: Final = {
    b"CALL-ID": "call_id",
    b"CSEQ": "seq",
    b"DATE": "date",
    b"FROM": "request_from",
    b"F": "request_from",
    b"REPLY-TO": "reply_to",
    b"SUBJECT": "subject",
    b"S": "subject",
    b"TO": "request_to",
    b"T": "request_to",
    b"USER-AGENT": "user_agent",
}
_REPLY_CELLS: Final = {
    b"CONTENT-TYPE": "content_type",
    b"C": "content_type",
    b"WARNING": "warning",
    b"FROM": "response_from",
    b"F": "response_from",
    b"TO": "response_to",
    b"T": "response_to",
}
_LENGTHS, _PATHS, _CALLERS = (b"CONTENT-LENGTH", b"L"), (b"VIA", b"V"), (b"FROM", b"F")
_TAG, _BRANCH = re.compile(rb"; ?tag="), re.compile(rb"; ?branch")
_NOT_PRINTABLE: Final = re.compile(rb"[^ -~]")
_COUNT: Final = re.compile(rb"[ \t-\r]*([+-]?)([0-9]*)[ \t-\r]*")
_COUNT_DIGITS, _COUNT_LIMIT = 20, 1 << 64
_HEAD: Final = RECORD.names.index("trans_depth")


class SIP(DatagramAnalyzer):
    """The messages of one connection, and the requests that wait for a reply."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._flows = {True: Flow(of_requests=True), False: Flow(of_requests=False)}
        self._pending: dict[int, dict[str, Any]] = {}
        # The number of the last request, and of the last one that was replied to.
        self._current = {True: 0, False: 0}

    def deliver(self, data: Data) -> None:
        content, ts = data.data, data.ts
        if len(content) == 2 and content.startswith(b"\r"):
            # What keeps the way through a firewall open.
            return
        is_request = len(content) < _SHORTEST_REPLY or not content.startswith(_REPLY_BEGINS)
        try:
            for part in self._flows[is_request].feed(content):
                self._take(part, ts, is_request=is_request)
        except BinpacError as error:
            self._context.reject("sip", ts, str(error))

    def finish(self, ts: int) -> None:  # noqa: ARG002
        for session in self._pending.values():
            self._write(session)

    def _take(self, part: messages.Part, ts: int, *, is_request: bool) -> None:
        match part:
            case Request(method, uri, junk):
                if junk:
                    self._context.weird("sip_junk_before_request", ts, escape.text(_rendered(junk)))
                session = self._open(ts, is_request=True)
                session |= {"method": escape.text(method), "uri": escape.text(uri)}
                if method not in _METHODS:
                    self._context.weird("unknown_SIP_method", ts, escape.text(method), "")
            case Reply(code, reason):
                self._context.confirm("sip", ts)
                session = self._open(ts, is_request=False)
                session |= {"status_code": code, "status_msg": escape.text(reason)}
            case Header(name, value):
                if self._current[is_request] not in self._pending:
                    self._current[is_request] += 1
                self._head(self._open(ts, is_request=is_request), name.upper(), value, ts, is_request=is_request)
            case messages.End():
                session = self._open(ts, is_request=is_request)
                if not is_request:
                    self._answer(session)

    def _open(self, ts: int, *, is_request: bool) -> dict[str, Any]:
        """The session that the next request or reply belongs to."""
        number = self._current[is_request]
        if number not in self._pending:
            depth = self._current[True]
            self._pending[number] = {"ts": ts, "trans_depth": depth, "request_path": [], "response_path": []}
        return self._pending[number]

    def _head(self, session: dict[str, Any], name: bytes, value: bytes, ts: int, *, is_request: bool) -> None:
        side = "request" if is_request else "response"
        if name in _LENGTHS:
            session[f"{side}_body_len"] = _count(value)
        elif name in _PATHS:
            path: list[str] = session[f"{side}_path"]
            if len(path) < SIP_PATH:
                path.append(escape.text(_BRANCH.split(value, 1)[0]))
            else:
                self._context.weird(f"sip_max_{side}_path_length_exceeded", ts, "", "")
        else:
            cell = (_REQUEST_CELLS if is_request else _REPLY_CELLS).get(name)
            if cell:
                session[cell] = escape.text(_TAG.split(value, 1)[0] if name in _CALLERS else value)

    def _answer(self, session: dict[str, Any]) -> None:
        """A reply has come to its end."""
        self._write(session)
        code = session.get("status_code")
        if code is None:
            return
        if not 100 <= code < 200:
            del self._pending[self._current[False]]
        method = session.get("method")
        if method is None or (method == "BYE" and 200 <= code < 300):
            for number, other in self._pending.items():
                if number:
                    self._write(other)
            self._pending = {}
            self._current = {True: 0, False: 0}

    def _write(self, session: dict[str, Any]) -> None:
        cells = (session.get(name) for name in RECORD.names[_HEAD:])
        # What comes later may be added to the paths.
        cells = (list(cell) if isinstance(cell, list) else cell for cell in cells)
        self._context.rows.add(RECORD, (session["ts"], *self._context.connection.head, *cells))


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether a datagram has the first line of a request, or that of a reply."""
    data = orig or resp
    return holds(data, b"SIP/") and (_REPLY.match(data) is not None or _REQUEST.search(data) is not None)


def _rendered(content: bytes) -> bytes:
    r"""What is not printable ASCII as `\xNN` (Zeek: src/ZeekString.cc, Render)."""
    return _NOT_PRINTABLE.sub(lambda found: b"\\x%02x" % ord(found[0]), content)


def _count(text: bytes) -> int:
    """A number as Zeek reads one from text: 0 where there is none, or more than that (Zeek: src/zeek.bif, to_count)."""
    found = _COUNT.fullmatch(text)
    if found is None:
        return 0
    digits = found[2].lstrip(b"0")
    if not digits:
        return 0
    number = min(int(digits) if len(digits) <= _COUNT_DIGITS else _COUNT_LIMIT, _COUNT_LIMIT - 1)
    return _COUNT_LIMIT - number if found[1] == b"-" else number
