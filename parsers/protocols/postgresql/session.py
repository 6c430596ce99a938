"""What one side does and the other answers, as rows of postgresql.log.

Source: Zeek, base/protocols/postgresql/{main,consts}.zeek.
"""

from dataclasses import dataclass
from typing import Final

from parsers import escape
from parsers.limits import FIELD_BYTES
from parsers.protocols.analyzer import Context
from parsers.protocols.postgresql.record import RECORD

_ERROR_FIELDS: Final = {
    ord("S"): "SeverityLocalized",
    ord("V"): "Severity",
    ord("C"): "Code",
    ord("M"): "Message",
    ord("D"): "Detail",
    ord("H"): "Hint",
    ord("P"): "Position",
    ord("p"): "InternalPosition",
    ord("q"): "InternalQuery",
    ord("W"): "Where",
    ord("s"): "Schema",
    ord("t"): "Table",
    ord("c"): "Column",
    ord("d"): "Data",
    ord("n"): "Constraint",
    ord("F"): "File",
    ord("L"): "Line",
    ord("R"): "Routine",
}
_PROOFS: Final = {
    2: "KerberosV5",
    3: "CleartextPassword",
    5: "MD5Password",
    7: "GSSAPI",
    8: "GSSAPIContinue",
    9: "SSPI",
    10: "SASL",
    11: "SASLContinue",
    12: "SASLFinal",
}
_PARAMETERS: Final = {b"user", b"database", b"application_name"}


@dataclass(slots=True)
class _Entry:
    """What a row says beside who it was."""

    ts: int
    frontend: str | None = None
    frontend_arg: bytes | None = None
    backend: bytes | None = None
    backend_arg: bytes | None = None
    success: bool | None = None
    rows: int | None = None


class Session:
    """One connection's row that is being filled, and what is known of the client.

    now  when what is being told came
    """

    def __init__(self, context: Context) -> None:
        self.now = 0
        self._context = context
        self._entry: _Entry | None = None
        self._client: dict[bytes, bytes] = {}
        self._rows: int | None = None
        self._errors: bytes | None = None

    def ask_for_tls(self) -> None:
        """The client wants TLS."""
        self._open().frontend = "ssl_request"

    def answer_tls(self, answer: bytes) -> None:
        """The server agrees to that (S) or not (N)."""
        entry = self._open()
        entry.backend = b"ssl_reply"
        entry.backend_arg = answer
        entry.success = answer == b"S"
        self.tell()

    def learn(self, name: bytes, value: bytes) -> None:
        """The client says something of itself."""
        self._open()
        if name in _PARAMETERS:
            self._client[name] = value

    def start(self) -> None:
        """The client has said all of itself."""
        self._open().frontend = "startup"

    def ask_for_proof(self, kind: int) -> None:
        """The server wants the client to prove who it is."""
        entry = self._open()
        is_again = entry.backend is not None and not entry.backend.endswith(b"auth")
        entry.backend = _joined(entry.backend if is_again else None, b"auth_request")
        entry.backend_arg = _joined(entry.backend_arg, _PROOFS.get(kind, f"UnknownAuthId{kind}").encode())

    def let_in(self) -> None:
        """The server believes the client."""
        entry = self._open()
        entry.backend = b"auth_ok"
        entry.success = True

    def query(self, text: bytes) -> None:
        """The client asks for something in SQL."""
        self.tell()
        entry = self._open()
        entry.frontend = "simple_query"
        entry.frontend_arg = text
        self._rows = 0

    def count_row(self) -> None:
        """The server sends a row."""
        self._open()
        self._rows = (self._rows or 0) + 1

    def notice(self, code: int, value: bytes) -> None:
        """The server remarks something."""
        entry = self._open()
        entry.backend_arg = _joined(entry.backend_arg, _field(code, value))

    def note_error(self, code: int, value: bytes) -> None:
        """The server says something of an error."""
        self._open()
        self._errors = _joined(self._errors, _field(code, value))

    def fail(self) -> None:
        """The server has said all of an error."""
        entry = self._open()
        errors, self._errors = self._errors or b"", None
        entry.backend = _joined(entry.backend, b"error")
        entry.backend_arg = _joined(entry.backend_arg, errors)
        entry.success = False
        self.tell()

    def be_ready(self, status: int) -> None:
        """The server waits for the next query: where it was not said otherwise, the last one succeeded."""
        entry = self._entry
        if entry is None:
            return
        if entry.success is None:
            entry.success = status in b"IT"
        if self._rows is not None:
            entry.rows, self._rows = self._rows, None
        self.tell()

    def terminate(self) -> None:
        """The client ends the session."""
        self.tell()
        self._open().frontend = "terminate"
        self.tell()

    def tell(self) -> None:
        """Write the row, if there is one."""
        entry, self._entry = self._entry, None
        if entry is None:
            return
        client = (_shown(self._client.get(name)) for name in (b"user", b"database", b"application_name"))
        asked = entry.frontend, _shown(entry.frontend_arg)
        answered = _shown(entry.backend), _shown(entry.backend_arg), entry.success, entry.rows
        self._context.rows.add(RECORD, (entry.ts, *self._context.connection.head, *client, *asked, *answered))

    def _open(self) -> _Entry:
        if self._entry is None:
            self._entry = _Entry(self.now)
        return self._entry


def _field(code: int, value: bytes) -> bytes:
    name = _ERROR_FIELDS.get(code)
    return (name.encode() if name else b"UnknownErrorId" + bytes([code])) + b"=" + value


def _joined(before: bytes | None, more: bytes) -> bytes:
    """Both, with a comma between them; more than is shown is not kept."""
    if before is None:
        return more[: FIELD_BYTES + 1]
    return before if len(before) > FIELD_BYTES else b"%s,%s" % (before, more[: FIELD_BYTES + 1])


def _shown(text: bytes | None) -> str | None:
    return None if text is None else escape.text(text[: FIELD_BYTES + 1])
