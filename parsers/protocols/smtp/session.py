"""What Zeek's scripts know of one connection's mails, and their rows.

Source: Zeek, base/protocols/smtp/{main,entities,files}.zeek.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final

from parsers import escape
from parsers.files import handle
from parsers.files.analysis import File
from parsers.limits import SMTP_ADDRESSES, SMTP_INVALID_TRANSACTIONS
from parsers.protocols.analyzer import Context
from parsers.protocols.filename import filename
from parsers.protocols.smtp.addresses import addresses, first_ip, named_addresses, received_from
from parsers.protocols.smtp.record import RECORD
from parsers.protocols.software import smtp as software
from parsers.schema import Row

_TO: Final = re.compile(rb"to:", re.IGNORECASE)
_FROM: Final = re.compile(rb"from:", re.IGNORECASE)
_ORIGINAL: Final = re.compile(rb"ORCPT=rfc822;?")
_NAMED_FILE: Final = re.compile(rb"filename[ \t]*\*?=", re.IGNORECASE)
_NAMED: Final = re.compile(rb"name[ \t]*=", re.IGNORECASE)

# The fields of a header that are cells as they are.
_TEXTS: Final = {
    b"message-id": "msg_id",
    b"in-reply-to": "in_reply_to",
    b"subject": "subject",
    b"from": "from_",
    b"reply-to": "reply_to",
    b"date": "date",
    b"x-mailer": "user_agent",
    b"user-agent": "user_agent",
    b"x-user-agent": "user_agent",
}


class Message:
    """A message while it passes; what has not been seen is what the class says."""

    mailfrom: str | None = None
    date: str | None = None
    from_: str | None = None
    reply_to: str | None = None
    msg_id: str | None = None
    in_reply_to: str | None = None
    subject: str | None = None
    x_originating_ip: str | None = None
    first_received: str | None = None
    second_received: str | None = None
    last_reply: str | None = None
    user_agent: str | None = None
    rcptto: dict[str, None] | None = None
    to: dict[str, None] | None = None
    cc: dict[str, None] | None = None
    tls = False
    # Whether the program that it was written with is used in a browser.
    is_webmail = False
    # Whether the client did something, so that there is a row.
    has_client_activity = False
    entities = 0
    # Whether an entity is being read, and the name of the file that it is.
    in_entity = False
    filename: str | None = None

    def __init__(self, ts: int, depth: int, helo: str | None, path: list[str]) -> None:
        self.ts = ts
        self.depth = depth
        self.helo = helo
        self.path = path
        self.fuids: list[str] = []

    def cells(self) -> Row:
        """The row's cells after those of the connection."""
        return (
            self.depth,
            self.helo,
            self.mailfrom,
            _listed(self.rcptto),
            self.date,
            self.from_,
            _listed(self.to),
            _listed(self.cc),
            self.reply_to,
            self.msg_id,
            self.in_reply_to,
            self.subject,
            self.x_originating_ip,
            self.first_received,
            self.second_received,
            self.last_reply,
            self.path,
            self.user_agent,
            self.tls,
            self.fuids,
        )


class Session:
    """One connection's messages, one after the other.

    is_over     too many transactions were invalid: nothing more is read
    mime_depth  the entities until now, of all messages
    now         when what is told happened
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._message: Message | None = None
        self._helo: str | None = None
        self._transferred = 0
        self._from_seen = False
        self._to_seen = False
        self._invalid = 0
        self._last_chunk_seen = False
        self.is_over = False
        self.mime_depth = 0
        self.now = 0

    # Commands and replies --------------------------------------------------------------------------------------

    def request(self, command: bytes, argument: bytes) -> None:
        """The client's side says something; `.` is the end of a message."""
        message = self._current()
        if command in {b"HELO", b"EHLO"}:
            message.helo = self._helo = escape.text(argument)
        elif command == b"RCPT" and _TO.match(argument):
            self._take_recipients(message, argument)
        elif command == b"MAIL" and _FROM.match(argument):
            message = self._begin()
            sender = next(addresses(argument), b"")
            if sender:
                message.mailfrom = escape.text(sender)
            message.has_client_activity = True
            self._from_seen = True
            self._to_seen = False
        elif command in {b"DATA", b"BDAT"}:
            if not self._to_seen:
                self._reject_transaction("data missing rcpt to")
            if command == b"BDAT" and argument.endswith(b" LAST"):
                self._from_seen = self._to_seen = False
                self._last_chunk_seen = True
        elif command == b".":
            self._from_seen = self._to_seen = False

    def reply(self, command: bytes, code: int, text: bytes, *, goes_on: bool) -> None:
        """The server's side answers a command."""
        message = self._current()
        message.last_reply = f"{code} {escape.text(text)}"
        if command == b"." or (not goes_on and command == b"BDAT" and self._last_chunk_seen):
            self._transferred += 1
            self._last_chunk_seen = False
            self._write(message)
            self._message = self._new()

    def weird(self, name: str, addl: str, source: str | None) -> None:
        """Something that weird.log tells of the mail that is being read."""
        self._context.weird(name, self.now, addl, source)

    def give_up(self) -> None:
        """A part of the mail is too long to be read."""
        self._context.connection.give_up(self.now)

    def start_tls(self) -> None:
        """The connection goes on under TLS."""
        message = self._current()
        message.tls = message.has_client_activity = True

    def _take_recipients(self, message: Message, argument: bytes) -> None:
        found = (_ORIGINAL.sub(b"", address) for address in addresses(argument))
        message.rcptto = self._gathered(message.rcptto, found, "rcptto")
        message.has_client_activity = True
        self._to_seen = True
        if not self._from_seen:
            self._reject_transaction("rcpt to missing mail from")

    def _reject_transaction(self, why: str) -> None:
        self._context.weird("smtp_mail_transaction_invalid", self.now, why)
        self._invalid += 1
        if self._invalid > SMTP_INVALID_TRANSACTIONS and not self.is_over:
            self._context.weird("smtp_excessive_invalid_mail_transactions", self.now)
            self.is_over = True

    def _gathered(self, known: dict[str, None] | None, found: Iterable[bytes], kind: str) -> dict[str, None]:
        """The addresses of a field with those that were found, as many as count."""
        known = {} if known is None else known
        for address in found:
            if len(known) >= SMTP_ADDRESSES:
                self._context.weird(f"smtp_too_many_{kind}_addresses", self.now, source="")
                break
            known[escape.text(address)] = None
        return known

    # Messages' headers and files -------------------------------------------------------------------------------

    def begin_entity(self) -> None:
        """A message's text begins, or a part of it."""
        message = self._current()
        message.in_entity = True
        message.filename = None
        message.entities += 1
        self.mime_depth += 1

    def end_entity(self) -> None:
        """A part ends."""
        self._current().in_entity = False

    def field(self, name: bytes, value: bytes) -> None:
        """A field of the header of the message, or of a part of it."""
        message = self._current()
        if not message.in_entity:
            self._context.weird("missing_SMTP_entity", self.now)
        elif (name == b"content-disposition" and _NAMED_FILE.search(value)) or (
            name == b"content-type" and _NAMED.search(value)
        ):
            message.filename = escape.text(filename(value))
        if message.entities <= 1:
            cell = _TEXTS.get(name)
            if cell is not None:
                setattr(message, cell, escape.text(value))
            elif name in _READERS:
                _READERS[name](self, message, value)
        if name == b"user-agent" and message.user_agent is not None and software.is_webmail(message.user_agent):
            message.is_webmail = True

    def read_received(self, message: Message, value: bytes) -> None:
        """A machine that the message went through."""
        if message.first_received is not None:
            message.second_received = message.first_received
        message.first_received = escape.text(value)
        address = received_from(value)
        if address is None or message.path[-1] == address:
            return
        if len(message.path) >= SMTP_ADDRESSES:
            self._context.weird("smtp_max_path_length_exceeded", self.now, source="")
        else:
            message.path.append(address)

    def read_to(self, message: Message, value: bytes) -> None:
        """Whom it was written to."""
        message.to = self._gathered(message.to, named_addresses(value), "to")

    def read_cc(self, message: Message, value: bytes) -> None:
        """Who gets a copy."""
        message.cc = self._gathered(message.cc, named_addresses(value), "cc")

    def read_origin(self, message: Message, value: bytes) -> None:
        """The address that it was written at."""
        message.x_originating_ip = first_ip(value) or message.x_originating_ip

    def open_file(self, is_orig: bool) -> File:
        """The file that the bytes of the entity belong to."""
        message = self._current()
        connection = self._context.connection
        name = f"Analyzer::ANALYZER_SMTP{handle.seconds(connection.start)}{message.depth}{self.mime_depth}"
        return self._context.files.open(
            name,
            "SMTP",
            connection,
            is_orig,
            self.now,
            depth=self.mime_depth,
            filename=message.filename if message.in_entity else None,
            listener=self,
        )

    def opened(self, file: File) -> None:
        message = self._current()
        if not message.tls:
            message.fuids.append(file.fuid)

    def sniffed(self, file: File) -> None:
        """Its type is in files.log alone."""

    # Rows ------------------------------------------------------------------------------------------------------

    def _current(self) -> Message:
        if self._message is None:
            self._message = self._new()
            self._context.at_removal(self._finish)
        return self._message

    def _begin(self) -> Message:
        """The message that begins; the one before it is written if nothing was answered to it."""
        message = self._current()
        if message.has_client_activity:
            self._write(message)
            self._message = message = self._new()
        return message

    def _new(self) -> Message:
        connection = self._context.connection
        return Message(self.now, self._transferred + 1, self._helo, [connection.resp_h, connection.orig_h])

    def _write(self, message: Message) -> None:
        if not message.has_client_activity:
            return
        self._context.rows.add(RECORD, (message.ts, *self._context.connection.head, *message.cells()))
        if message.user_agent is not None:
            software.mail_client(
                self._context,
                self.now,
                message.user_agent,
                message.path,
                message.first_received,
                webmail=message.is_webmail,
            )

    def _finish(self, ts: int) -> None:
        self.now = ts
        self._write(self._current())


_READERS: Final[dict[bytes, Callable[[Session, Message, bytes], None]]] = {
    b"received": Session.read_received,
    b"to": Session.read_to,
    b"cc": Session.read_cc,
    b"x-originating-ip": Session.read_origin,
}


def session_of(context: Context) -> Session:
    """The connection's session: one, however often its analyser is begun."""
    session = context.shared.get("smtp")
    if not isinstance(session, Session):
        session = context.shared["smtp"] = Session(context)
    return session


def _listed(texts: dict[str, None] | None) -> list[str] | None:
    return None if texts is None else list(texts)
