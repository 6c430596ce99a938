"""PostgreSQL's messages (PostgreSQL, "Frontend/Backend Protocol", version 3): login, queries in plain SQL, answers.

Source: Zeek, src/analyzer/protocol/postgresql/{postgresql,postgresql_zeek}.spicy.
"""

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from parsers.limits import FRAME_BYTES
from parsers.protocols.analyzer import Context
from parsers.protocols.postgresql.session import Session
from parsers.protocols.spicy import Input, Read, SpicyAnalyzer, SpicyError

_TLS_REQUEST: Final = 80877103
_VERSION: Final = 3
# A startup message: its length and version, and the zero behind its parameters.
_STARTUP_BYTES: Final = 9
# Deliveries that wait until the other side has said whether there is TLS, with the client's length and version.
_WAITING: Final = 4
_LAST_PROOF: Final = 12
_NAME: Final = re.compile(rb"[-_/A-Za-z0-9]+")
_VALUE: Final = re.compile(rb"[\x20-\x7e]*")
# Reads what is inside a message of this kind.
_Body: TypeAlias = Callable[[bytes, Input], Read[None]]


class PostgresqlAnalyzer(SpicyAnalyzer):
    """One connection; where both sides agree on TLS, that takes over."""

    name = "postgresql"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._session = Session(context)
        # Whether the client asks for TLS, and whether the server agrees; unknown at first.
        self._is_asked: bool | None = None
        self._is_agreed: bool | None = None

    def finish(self, ts: int) -> None:
        self._session.tell()
        super().finish(ts)

    def read(self, is_orig: bool, stream: Input) -> Read[None]:
        yield from self._read_frontend(stream) if is_orig else self._read_backend(stream)

    @property
    def session(self) -> Session:
        """What the rows are made of, told of what came just now."""
        self._session.now = self.now
        return self._session

    def _read_frontend(self, stream: Input) -> Read[None]:
        length = yield from stream.number(4)
        if length < 8:
            raise SpicyError("&requires failed: (self.length >= 8)")
        code = yield from stream.number(4)
        if length == 8 and code == _TLS_REQUEST:
            self._is_asked = True
            self.session.ask_for_tls()
            if not (yield from _wait_for(stream, lambda: self._is_agreed is not None, "frontend")):
                return
            if self._is_agreed:
                yield from self._carry(True, stream)
                return
            length = yield from stream.number(4)
            code = yield from stream.number(4)
        else:
            self._is_asked = self._is_agreed = False
            if code >> 16 != _VERSION:
                raise SpicyError(f"unsupported PostgreSQL major version {code >> 16}")
        yield from _blaming("error while parsing PostgreSQL StartupMessage", self._read_startup(stream, length, code))
        yield from self._read_messages(stream, self._read_request)

    def _read_backend(self, stream: Input) -> Read[None]:
        if not (yield from _wait_for(stream, lambda: self._is_asked is not None, "backend")):
            return
        if self._is_asked:
            answer = yield from stream.octets(1)
            if answer not in {b"S", b"N"}:
                raise SpicyError("&requires failed: ($$ == 'S' || $$ == 'N')")
            self._is_agreed = answer == b"S"
            self.confirm()
            self.session.answer_tls(answer)
            if self._is_agreed:
                yield from self._carry(False, stream)
                return
        yield from self._read_messages(stream, self._read_answer)

    def _carry(self, is_orig: bool, stream: Input) -> Read[None]:
        """All that follows is TLS."""
        while (yield from stream.has_more()):
            self.pass_on("ssl", is_orig, stream.rest())

    def _read_startup(self, stream: Input, length: int, code: int) -> Read[None]:
        if length < _STARTUP_BYTES:
            raise SpicyError("&requires failed: (self.length >= 9)")
        if code >> 16 != _VERSION:
            raise SpicyError("&requires failed: ($$.major == 3)")
        yield from stream.sized(length - _STARTUP_BYTES, self._read_parameters(stream))
        if (yield from stream.octets(1)) != b"\0":
            raise SpicyError("missing end of StartupMessage")
        self.confirm()
        self.session.start()

    def _read_parameters(self, stream: Input) -> Read[None]:
        while stream.left:
            name, value = yield from _read_pair(stream)
            if not value:
                raise SpicyError("&requires failed: (|$$| > 0)")
            self.session.learn(name, value)

    def _read_messages(self, stream: Input, read: _Body) -> Read[None]:
        while (yield from stream.has_more()):
            yield from _blaming("error while parsing PostgreSQL", _read_message(stream, read))

    def _read_request(self, kind: bytes, stream: Input) -> Read[None]:
        if kind == b"X":
            self.session.terminate()
        elif kind == b"Q":
            query = yield from stream.until(b"\0", FRAME_BYTES)
            self.session.query(query)
        else:
            yield from stream.skip_field()

    def _read_answer(self, kind: bytes, stream: Input) -> Read[None]:
        if kind == b"D":
            yield from stream.octets(2)
            yield from stream.skip_field()
            self.session.count_row()
        elif kind == b"Z":
            (status,) = yield from stream.octets(1)
            if status not in b"ITE":
                raise SpicyError("&requires failed: ($$ == 'I' || $$ == 'T' || $$ == 'E')")
            self.session.be_ready(status)
        elif kind == b"R":
            yield from self._read_proof(stream)
        elif kind in b"EN":
            yield from self._read_fields(stream, is_error=kind == b"E")
        elif kind == b"S":
            yield from _read_pair(stream)
        elif kind == b"K":
            yield from stream.octets(8)
        else:
            yield from stream.skip_field()

    def _read_proof(self, stream: Input) -> Read[None]:
        """How the client shall prove who it is; nothing more when it has."""
        length = stream.left
        kind = yield from stream.number(4)
        if kind > _LAST_PROOF:
            raise SpicyError("&requires failed: ($$ <= 12)")
        if not kind and length != 4:
            raise SpicyError(f"AuthenticationOK with wrong length: {length}")
        yield from stream.skip_field()
        if kind:
            self.session.ask_for_proof(kind)
        else:
            self.session.let_in()

    def _read_fields(self, stream: Input, *, is_error: bool) -> Read[None]:
        """What the server says of an error, or remarks."""
        while code := (yield from stream.number(1)):
            value = yield from stream.until(b"\0", FRAME_BYTES)
            if is_error:
                self.session.note_error(code, value)
            else:
                self.session.notice(code, value)
        if is_error:
            self.session.fail()


def _wait_for(stream: Input, is_known: Callable[[], bool], side: str) -> Read[bool]:
    """Wait until a delivery comes and the other side has said what matters; False where none comes any more."""
    seen = waiting = 0
    while True:
        if len(stream) > seen:
            if is_known():
                return True
            seen = len(stream)
            waiting += 1
            if waiting > _WAITING:
                raise SpicyError(f"too many {side} messages buffered")
        if stream.is_closed:
            return False
        yield


def _blaming(where: str, read: Read[None]) -> Read[None]:
    """Read, and say of what does not fit where it was."""
    try:
        yield from read
    except SpicyError as error:
        raise SpicyError(f"{where}: {error}", shows_data=False) from error


def _read_message(stream: Input, read: _Body) -> Read[None]:
    kind = yield from stream.octets(1)
    length = yield from stream.number(4)
    if length < 4:
        raise SpicyError("&requires failed: (self.length >= 4)")
    yield from stream.sized(length - 4, read(kind, stream))


def _read_pair(stream: Input) -> Read[tuple[bytes, bytes]]:
    """A name and a value, each up to a zero."""
    name = yield from stream.until(b"\0", FRAME_BYTES)
    value = yield from stream.until(b"\0", FRAME_BYTES)
    if _NAME.fullmatch(name) is None or _VALUE.fullmatch(value) is None:
        raise SpicyError("failed to match regular expression")
    return name, value
