"""HTTP on one connection: requests and replies as they come, and what a connection may become after them.

Source: Zeek, src/analyzer/protocol/http/HTTP.cc (HTTP_Analyzer).
"""

from collections import deque
from enum import Enum, auto
from typing import Final

from parsers import escape
from parsers.protocols.analyzer import Analyzer, Context, Data, End, Gap, Reset
from parsers.protocols.filename import unescaped
from parsers.protocols.http.entity import Message
from parsers.protocols.http.extent import Body
from parsers.protocols.http.lines import Direction
from parsers.protocols.http.start_line import reply_line, request_line
from parsers.protocols.http.transactions import Transactions
from parsers.protocols.lines import line_weirds

_WEBSOCKET: Final = b"websocket"
_NO_VERSION: Final = b"0.0"


class Awaited(Enum):
    """What one side sends next: a first line, the rest of a message, content without any, nothing that is read."""

    LINE = auto()
    MESSAGE = auto()
    HTTP09 = auto()
    NOTHING = auto()


class Side:
    """Where one side of the conversation stands."""

    __slots__ = ("awaited", "count", "direction", "is_orig", "message", "ongoing", "version")

    def __init__(self, direction: Direction, *, is_orig: bool) -> None:
        self.is_orig = is_orig
        self.direction = direction
        self.awaited = Awaited.LINE
        self.message: Message | None = None
        self.ongoing = False
        self.count = 0
        self.version = _NO_VERSION

    def begin(self, message: Message | None) -> None:
        """A message follows the one before, or none does."""
        if self.message is not None:
            self.message.let_go()
        self.message = message


class HttpAnalyzer:
    """One connection's requests and replies.

    closes      the server has said that it closes the connection after its reply
    keeps_alive the client may send more requests
    upgrade     the protocol that the server's reply names in an Upgrade field
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.transactions = _transactions(context)
        self.closes = False
        self.keeps_alive = False
        self.reply_code = 0
        self._reason: bytes | None = None
        notice = line_weirds(context)
        self._orig = Side(Direction(notice), is_orig=True)
        self._resp = Side(Direction(notice), is_orig=False)
        self._unanswered: deque[bytes] = deque()
        self._confirmed = False
        self._tunnel_requested = False
        self._upgrades = False
        self.upgrade = b""
        self._handed_over = False
        self._inner: Analyzer | None = None

    @property
    def version(self) -> bytes:
        """The version of the message that is being read: the request's as long as it lasts."""
        return self._orig.version if self._orig.ongoing else self._resp.version

    def deliver(self, data: Data) -> None:
        side = self._orig if data.is_orig else self._resp
        direction = side.direction
        end = len(data.data)
        if self.context.connection.partial:
            if data.is_orig:
                # The lines of a client mean nothing then, but Zeek looks how they end.
                direction.begin(data)
                direction.body_lines(end)
            return
        direction.begin(data)
        while direction.place < end:
            if self._handed_over:
                self._forward(data, direction.place)
                return
            if direction.stopped:
                return
            before = direction.place
            if side.awaited is Awaited.HTTP09 and not data.is_orig:
                self._read_http09(side, data)
            elif direction.plain:
                self._read_plain(side, data)
            elif not self._read_header(side):
                limit = direction.limit()
                self._read_lines(side, limit)
                unended = direction.unended(limit)
                if unended is not None:
                    self._take_line(side, unended)
            assert direction.place > before

    def gap(self, gap: Gap) -> None:
        side = self._orig if gap.is_orig else self._resp
        self.transactions.since = self.transactions.now = gap.ts
        if side.message is not None and side.message.gap(gap.length):
            return
        if gap.is_orig:
            self._end_side(self._orig, interrupted=True)
        self._end_side(self._resp, interrupted=True)
        side.direction.stopped = True

    def end(self, end: End) -> None:
        side = self._orig if end.is_orig else self._resp
        self.transactions.since = self.transactions.now = end.ts
        if not self._handed_over and not side.direction.stopped:
            rest = side.direction.rest()
            if rest is not None:
                self._take_line(side, rest)
        self._end_side(side, interrupted=False)

    def reset(self, reset: Reset) -> None:
        self.transactions.since = self.transactions.now = reset.ts
        self._end_side(self._orig, interrupted=True)
        self._end_side(self._resp, interrupted=True)

    def finish(self, ts: int) -> None:
        self.transactions.since = self.transactions.now = ts
        if self._inner is not None:
            self._inner.finish(ts)
        self._end_side(self._orig, interrupted=True)
        self._end_side(self._resp, interrupted=True)
        self.transactions.readers -= 1
        if self.transactions.readers == 0:
            self.transactions.finish()
        self._orig.begin(None)
        self._resp.begin(None)

    def read_connection(self, is_orig: bool, said: bytes) -> None:
        """A Connection field: whether the connection goes on, and as what."""
        if is_orig:
            self.keeps_alive = self.keeps_alive or said == b"keep-alive"
        elif said == b"close":
            self.closes = True
        elif said == b"upgrade":
            self._upgrades = True

    def weird(self, name: str, addl: str = "", source: str | None = None) -> None:
        """Something that weird.log tells, of what is being read."""
        self.context.weird(name, self.transactions.now, addl, source)

    def end_message(self, is_orig: bool) -> None:
        """A message has come to its end by itself."""
        self._end_side(self._orig if is_orig else self._resp, interrupted=False)

    def _read_header(self, side: Side) -> bool:
        """Read a whole header at once; whether it lay there, simple enough."""
        message = side.message
        if side.awaited is not Awaited.LINE and (message is None or not message.top.in_header):
            return False
        direction = side.direction
        found = direction.header_block()
        if found is None:
            return False
        lines, after = found
        if side.awaited is Awaited.LINE:
            first = lines.pop(0)
            direction.place += len(first) + 2
            self._at(direction, direction.place - 2)
            if not self._take_first_line(side, first):
                return True
            message = side.message
        assert message is not None
        if direction.segment_end(direction.place) < after:
            # Zeek reads a field when the line behind it has come: it may go on there.
            for number, line in enumerate(lines):
                direction.place += len(line) + 2
                following = lines[number + 1] if number + 1 < len(lines) else b""
                self._at(direction, direction.place + len(following) + 1)
                message.top.header_fields([line])
            lines = []
        direction.place = after
        self._at(direction, after - 1)
        message.top.header_fields(lines)
        message.top.end_header()
        if not side.is_orig:
            self._after_reply_line(b"")
        return True

    def _read_lines(self, side: Side, limit: int) -> None:
        """Read the next line, or many of them where lines mean nothing."""
        direction = side.direction
        start = direction.place
        message = side.message
        if side.awaited is Awaited.MESSAGE and message is not None and not message.top.in_header:
            innermost = message.current or message.top
            text = None
            if innermost.is_lines_of_text:
                if innermost is message.top:
                    text = direction.body_lines(limit)
                    if text is None:
                        return
                elif direction.crlf_only:
                    left = message.top.lines_left
                    text = direction.part_lines(limit if left < 0 else min(limit, start + left))
            if text is not None:
                self._at(direction, direction.first_end(start), direction.place - 1)
                message.top.take(text, newline=True)
                return
        line = direction.line(limit)
        if line is not None:
            self._at(direction, direction.place - 1)
            self._take_line(side, line)

    def _read_plain(self, side: Side, data: Data) -> None:
        direction = side.direction
        raw = data.data
        start = direction.place
        stop = min(start + direction.plain, len(raw))
        if side.message is not None and (side.message.current or side.message.top).is_compressed:
            stop = min(stop, direction.segment_end(start))
        direction.plain -= stop - start
        direction.place = stop
        self._at(direction, start, stop - 1)
        if side.message is not None:
            side.message.top.take(raw[start:stop], newline=False)
        else:
            self.weird(f"unexpected_{'client' if side.is_orig else 'server'}_HTTP_data")

    def _read_http09(self, side: Side, data: Data) -> None:
        """Content without a header, up to the end of the connection."""
        start = side.direction.place
        side.direction.place = len(data.data)
        if side.message is None:
            self._at(side.direction, start)
            self._set_version(side, b"0.9")
            if self._unanswered:
                self._confirm()
                self._unanswered.popleft()
            self.closes = True
            side.ongoing = True
            self.transactions.reply(side.version, self.reply_code, self._reason or b"<empty>")
            side.message = Message(self, side.direction, is_orig=False, expected_body=self._expected_body())
            side.message.top.take(b"", newline=True)
        self._at(side.direction, start, len(data.data) - 1)
        side.message.top.take(data.data[start:], newline=False)

    def _take_line(self, side: Side, line: bytes) -> None:
        if side.awaited is Awaited.LINE:
            self._take_first_line(side, line)
        elif side.awaited is Awaited.MESSAGE and side.message is not None:
            side.message.top.take(line, newline=True)
            if not side.is_orig:
                self._after_reply_line(line)

    def _take_first_line(self, side: Side, line: bytes) -> bool:
        """Whether the line began a message."""
        if self._take_request_line(side, line) if side.is_orig else self._take_reply_line(side, line):
            return True
        expected = not (side.is_orig and side.count and not self.keeps_alive)
        if side.is_orig and expected and not line:
            self.weird("empty_http_request")
        if line and expected:
            side_of = "request" if side.is_orig else "reply"
            self.context.reject("http", self.transactions.now, f"not a http {side_of} line")
            side.awaited = Awaited.NOTHING
        return False

    def _take_request_line(self, side: Side, line: bytes) -> bool:
        odd: list[str] = []
        request = request_line(line, odd)
        for name in odd:
            self.weird(name)
        if request is not None and request.version is not None:
            self._set_version(side, request.version)
        if request is None or not request.method:
            return False
        if side.count and not self.keeps_alive:
            self.weird("unexpected_multiple_HTTP_requests")
        self._begin(side)
        self._unanswered.append(request.method)
        self._confirm()
        if b"CONNECT".startswith(request.method.upper()):
            self._tunnel_requested = True
        self.transactions.request(request.method, unescaped(request.uri))
        side.begin(Message(self, side.direction, is_orig=True, expected_body=Body.IF_ANNOUNCED))
        if side.version == b"0.9":
            reply = self._resp
            if request.method != b"GET":
                self.weird("invalid_http_09_request_method", escape.text(request.method))
            if reply.message is not None:
                self.weird("http_09_reply_before_request")
                reply.message.end()
                reply.message = None
            reply.awaited = Awaited.HTTP09
        return True

    def _take_reply_line(self, side: Side, line: bytes) -> bool:
        odd: list[str] = []
        reply = reply_line(line, odd)
        if reply is None:
            return False
        for name in odd:
            self.weird(name)
        self._set_version(side, reply.version)
        if reply.code is None:
            return False
        self.reply_code = reply.code
        if reply.reason is not None:
            self._reason = reply.reason
        self._begin(side)
        if self._unanswered:
            self._confirm()
        self.transactions.reply(side.version, reply.code, b"<empty>" if self._reason is None else self._reason)
        if reply.code != 200:
            self._tunnel_requested = False
        side.begin(Message(self, side.direction, is_orig=False, expected_body=self._expected_body()))
        return True

    def _begin(self, side: Side) -> None:
        side.count += 1
        side.awaited = Awaited.MESSAGE
        side.ongoing = True

    def _set_version(self, side: Side, version: bytes) -> None:
        if side.version not in {_NO_VERSION, version}:
            self.weird("HTTP_version_mismatch")
        side.version = version
        self.keeps_alive = self.keeps_alive or version > b"1.0"

    def _expected_body(self) -> Body:
        if self._unanswered and b"HEAD".startswith(self._unanswered[0].upper()):
            return Body.NONE
        code = self.reply_code
        return Body.NONE if 100 <= code < 200 or code in {204, 304} else Body.EXPECTED

    def _after_reply_line(self, line: bytes) -> None:
        """The header of a successful reply to CONNECT is over: what follows is another protocol's."""
        if self._tunnel_requested and not line and not self._handed_over:
            self._tell_rest("protocol_data_with_HTTP_CONNECT_reply")
            self._hand_over("")

    def _end_side(self, side: Side, *, interrupted: bool) -> None:
        """A message of this side is over."""
        if not side.ongoing:
            return
        side.ongoing = False
        if side.message is not None and not side.message.finished:
            side.message.end()
        if not side.is_orig:
            self._end_reply()
        upgraded = self._handed_over and not side.is_orig
        side.awaited = Awaited.NOTHING if interrupted or upgraded else Awaited.LINE

    def _end_reply(self) -> None:
        if self._unanswered and not 100 <= self.reply_code < 200:
            self._unanswered.popleft()
        self._reason = None
        # Nothing is taken from the unanswered after 101: the request for the upgrade must be the only one.
        if self.reply_code == 101 and len(self._unanswered) == 1 and self._upgrades and self.upgrade:
            self._upgrade()
        self.reply_code = 0
        self._upgrades = False
        self.upgrade = b""

    def _upgrade(self) -> None:
        """Another protocol begins behind the reply."""
        self._tell_rest("protocol_data_with_HTTP_upgrade_reply")
        if self.upgrade == _WEBSOCKET:
            self.transactions.begin_websocket()
        self._hand_over("websocket" if self.upgrade == _WEBSOCKET else "")

    def _tell_rest(self, name: str) -> None:
        """Hardly anybody sends the next protocol in the same segment as the reply before it."""
        direction = self._resp.direction
        rest = direction.segment_end(direction.place - 1) - direction.place
        if rest:
            self.weird(name, str(rest))

    def _hand_over(self, name: str) -> None:
        self._handed_over = True
        self._inner = self.context.hand_over(name)

    def _forward(self, data: Data, place: int) -> None:
        if self._inner is not None:
            self._inner.deliver(data.cut(place, len(data.data)) if place else data)

    def _confirm(self) -> None:
        if not self._confirmed:
            self._confirmed = True
            self.context.confirm("http", self.transactions.now)

    def _at(self, direction: Direction, start: int, last: int | None = None) -> None:
        """Tell the transactions when the bytes from `start` to `last` came."""
        transactions = self.transactions
        times = direction.data.times
        if len(times) == 1:
            transactions.since = transactions.now = times[0]
        else:
            transactions.since = direction.data.time_of(start)
            transactions.now = transactions.since if last is None else direction.data.time_of(last)


def _transactions(context: Context) -> Transactions:
    """The connection's transactions: those of the analyser around this one, when it reads inside a tunnel."""
    transactions = context.shared.get("http")
    if not isinstance(transactions, Transactions):
        transactions = Transactions(context)
        context.shared["http"] = transactions
    transactions.readers += 1
    return transactions
