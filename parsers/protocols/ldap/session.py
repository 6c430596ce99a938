"""Messages and their answers, as rows of ldap.log and ldap_search.log.

Source: Zeek, base/protocols/ldap/{main,consts}.zeek.
"""

from typing import Any, Final, TypeAlias

from parsers import escape
from parsers.limits import FIELD_BYTES, LDAP_PENDING
from parsers.protocols.analyzer import Context
from parsers.protocols.ldap.codes import EXTENDED, FINISHED, OPCODES, RESULTS, SEARCH_DONE, SEARCHES, Opcode
from parsers.protocols.ldap.record import RECORD, SEARCH_RECORD
from parsers.schema import Record

_SIMPLE: Final = b"bind simple"
_LOGINS: Final = {0: _SIMPLE, 3: b"bind SASL", 10: b"sicily_negotiate", 11: b"sicily_response"}
_OTHER_LOGINS: Final = {9: b"LDAP::BindAuthType_SICILY_PACKAGE_DISCOVERY"}
_SCOPES: Final = (b"base", b"single", b"tree")
_ALIASES: Final = (b"never", b"searching", b"finding", b"always")
_UNKNOWN: Final = b"unknown"

# The cells of a row that is being filled, by field.
_Entry: TypeAlias = dict[str, Any]


class Session:
    """What one connection's messages have asked for and is not answered yet.

    now  when what is being told came
    """

    def __init__(self, context: Context) -> None:
        self.now = 0
        self._context = context
        self._messages: dict[int, _Entry] = {}
        self._searches: dict[int, _Entry] = {}

    def bind(self, message_id: int, version: int, login: int) -> None:
        """A client logs in."""
        entry = self._message(message_id)
        entry.setdefault("version", version)
        if "opcode" in entry:
            self._weird("LDAP_bind_opcode_already_set", entry["opcode"])
        name = _LOGINS.get(login)
        if name is None:
            name = _OTHER_LOGINS.get(login, b"<undefined>")
            self._weird("LDAP_unknown_auth_type", name)
        entry["opcode"] = name

    def search(self, message_id: int, scope: int, aliases: int, base: bytes, wanted: bytes) -> None:
        """A client searches."""
        entry = self._search(message_id)
        self._set(entry, "scope", _SCOPES[scope] if scope < len(_SCOPES) else _UNKNOWN)
        self._set(entry, "deref_aliases", _ALIASES[aliases] if aliases < len(_ALIASES) else _UNKNOWN)
        if base:
            self._set(entry, "base_object", base)
        self._set(entry, "filter", wanted)

    def find(self, message_id: int) -> None:
        """The server has found an entry."""
        self._search(message_id)["result_count"] += 1

    def end_message(
        self, message_id: int, opcode: Opcode, result: tuple[int, bytes] | None, about: bytes, argument: bytes
    ) -> None:
        """All of a message has been read; `result` is a code and the server's words."""
        if opcode == SEARCH_DONE:
            entry = self._search(message_id)
            self._conclude(entry, result)
            self._tell(SEARCH_RECORD, self._searches.pop(message_id))
        elif opcode not in SEARCHES:
            entry = self._message(message_id)
            self._fill(entry, opcode, about, argument, result)
            if opcode in FINISHED:
                self._tell(RECORD, self._messages.pop(message_id))

    def finish(self) -> None:
        """What was not answered is told."""
        self._tell_all(RECORD, self._messages)
        self._tell_all(SEARCH_RECORD, self._searches)

    def _fill(
        self, entry: _Entry, opcode: Opcode, about: bytes, argument: bytes, result: tuple[int, bytes] | None
    ) -> None:
        name = OPCODES[opcode]
        if name != b"bind":
            self._set(entry, "opcode", name)
        elif "opcode" not in entry:
            self._weird("LDAP_bind_without_opcode", b"%d: %s" % (entry["message_id"], name))
            entry["opcode"] = name
        self._conclude(entry, result)
        if about:
            self._set(entry, "object", about)
            if opcode is Opcode.EXTENDED_REQUEST:
                entry["object"] = b"%s (%s)" % (about, EXTENDED.get(about, _UNKNOWN))
        if argument:
            self._set(entry, "argument", b"REDACTED" if entry["opcode"] == _SIMPLE else argument)

    def _conclude(self, entry: _Entry, result: tuple[int, bytes] | None) -> None:
        if result is not None:
            code, words = result
            self._set(entry, "result", RESULTS.get(code, _UNKNOWN))
            if words:
                self._set(entry, "diagnostic_message", words)

    def _set(self, entry: _Entry, field: str, value: bytes) -> None:
        """Fill a cell; another value in it before is weird."""
        before = entry.get(field)
        if before is not None and before != value:
            kind = "search" if "result_count" in entry else "message"
            self._weird(f"LDAP_{kind}_{field}_change", b"%d: %s -> %s" % (entry["message_id"], before, value))
        entry[field] = value

    def _message(self, message_id: int) -> _Entry:
        return self._entry(RECORD, self._messages, message_id)

    def _search(self, message_id: int) -> _Entry:
        entry = self._entry(SEARCH_RECORD, self._searches, message_id)
        entry.setdefault("result_count", 0)
        return entry

    def _entry(self, record: Record, pending: dict[int, _Entry], message_id: int) -> _Entry:
        entry = pending.get(message_id)
        if entry is None:
            if len(pending) >= LDAP_PENDING:
                kind = "messages" if record is RECORD else "searches"
                self._weird(f"LDAP_max_pending_{kind}_exceeded", str(len(pending)).encode())
                self._tell_all(record, pending)
            entry = pending[message_id] = {"ts": self.now, "message_id": message_id}
        return entry

    def _tell_all(self, record: Record, pending: dict[int, _Entry]) -> None:
        for message_id, entry in pending.items():
            if message_id > 0:
                self._tell(record, entry)
        pending.clear()

    def _tell(self, record: Record, entry: _Entry) -> None:
        own = (_shown(entry.get(name)) for name in record.names[6:])
        self._context.rows.add(record, (entry["ts"], *self._context.connection.head, *own))

    def _weird(self, name: str, addl: bytes) -> None:
        self._context.weird(name, self.now, escape.text(addl[: FIELD_BYTES + 1]), source="LDAP")


def _shown(cell: bytes | int | None) -> str | int | None:
    return escape.text(cell[: FIELD_BYTES + 1]) if isinstance(cell, bytes) else cell
