"""What a connection's Kerberos messages come to: one row.

Source: Zeek, scripts/base/protocols/krb/{main,files}.zeek, src/analyzer/protocol/krb/krb-padata.pac.
"""

from dataclasses import dataclass
from typing import Final

from parsers import escape
from parsers.files import x509
from parsers.files.handle import endpoints, fuid, seconds
from parsers.protocols.analyzer import Context
from parsers.protocols.krb.messages import Error, Reply, Request
from parsers.protocols.krb.names import CIPHERS, ERRORS
from parsers.protocols.krb.record import RECORD
from parsers.schema import Row

# What a server says to everyone's first try. Zeek leaves it out, by these words alone.
_IGNORED: Final = (b"NEEDED_PREAUTH", b"Need to use PA-ENC-TIMESTAMP/PA-PK-AS-REQ")


@dataclass(slots=True)
class _Certificate:
    """One side's, as the row names it."""

    subject: str | None = None
    fuid: str | None = None


@dataclass(slots=True)
class _Login:
    """The row while it comes together, in the order of its cells."""

    ts: int
    request_type: str | None = None
    client: bytes | None = None
    service: bytes | None = None
    success: bool | None = None
    error: bytes | None = None
    start: int | None = None
    till: int | None = None
    cipher: str | None = None
    forwardable: bool | None = None
    renewable: bool | None = None

    def cells(self) -> Row:
        return (
            self.request_type,
            _text(self.client),
            _text(self.service),
            self.success,
            _text(self.error),
            self.start,
            self.till,
            self.cipher,
            self.forwardable,
            self.renewable,
        )


class Session:
    """The row of one connection, whichever of its analysers reads the messages; what comes after it is not told."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._login: _Login | None = None
        self._certificates = {True: _Certificate(), False: _Certificate()}
        self._is_logged = False
        context.at_removal(self._log)

    @staticmethod
    def of(context: Context) -> "Session":
        """The connection's."""
        session = context.shared.get("krb")
        if not isinstance(session, Session):
            session = context.shared["krb"] = Session(context)
        return session

    def see(self, ts: int) -> _Login:
        """A message has come, of which nothing is told but that."""
        if self._login is None:
            self._login = _Login(ts)
        return self._login

    def ask(self, request: Request, ts: int) -> None:
        login = self.see(ts)
        if request.is_login:
            login.request_type = "AS"
            login.client = (request.client or b"") + b"/" + (request.realm or b"")
        else:
            login.request_type = "TGS"
        login.service = login.service if request.service is None else request.service
        login.start = login.start if request.start is None else request.start
        login.till = login.till if request.till is None else request.till
        if request.options is not None:
            login.forwardable, login.renewable = request.options

    def answer(self, reply: Reply, ts: int) -> None:
        login = self.see(ts)
        if login.client is None:
            login.client = reply.client + b"/" + reply.realm
        login.service = reply.service
        login.cipher = CIPHERS.get(reply.cipher, f"unknown-{reply.cipher}")
        login.success = True
        self._log(ts)

    def refuse(self, error: Error, ts: int) -> None:
        login = self.see(ts)
        if error.text in _IGNORED:
            if not self._is_logged:
                self._login = None
                self._certificates = {True: _Certificate(), False: _Certificate()}
            return
        if login.client is None and (error.client is not None or error.realm is not None):
            login.client = (b"" if error.client is None else error.client + b"/") + (error.realm or b"")
        if error.service is not None:
            login.service = error.service
        login.success = False
        login.error = error.text
        if login.error is None and error.code in ERRORS:
            login.error = ERRORS[error.code].encode()
        self._log(ts)

    def show(self, data: bytes, ts: int, *, is_orig: bool) -> None:
        """One side's certificate: a file of its own, a row of x509.log."""
        self.see(ts)
        connection = self._context.connection
        start = seconds(connection.start)
        ends = endpoints(connection.orig_h, connection.orig_p, connection.resp_h, connection.resp_p)
        handle = f"Analyzer::ANALYZER_KRB{start}{'T' if is_orig else 'F'}{ends}{0 if is_orig else 1}"
        certificate = x509.show(self._context.rows, data, ts, handle, host=True, client=is_orig)
        subject = None if certificate is None else escape.text(certificate.subject)
        self._certificates[is_orig] = _Certificate(subject, fuid(handle))

    def _log(self, ts: int) -> None:  # noqa: ARG002
        """Write the row, once."""
        if self._login is None or self._is_logged:
            return
        self._is_logged = True
        client, server = self._certificates[True], self._certificates[False]
        certificates = client.subject, client.fuid, server.subject, server.fuid
        head = self._login.ts, *self._context.connection.head
        self._context.rows.add(RECORD, (*head, *self._login.cells(), *certificates))


def _text(cell: bytes | None) -> str | None:
    return None if cell is None else escape.text(cell)
