"""SNMP on one connection (RFC 1157, RFC 3416, RFC 3412): what was asked, and what the agent says of itself.

Source: Zeek, src/analyzer/protocol/snmp/snmp-{protocol,analyzer}.pac, scripts/base/protocols/snmp/main.zeek.
"""

from dataclasses import dataclass, field
from typing import Final

from parsers import escape
from parsers.protocols import weird
from parsers.protocols.analyzer import Context, Data
from parsers.protocols.binpac import BinpacError
from parsers.protocols.datagrams import DatagramAnalyzer
from parsers.protocols.snmp.ber import IDENTIFIER, INTEGER, OCTETS, SEQUENCE, Reader
from parsers.protocols.snmp.record import RECORD

_VERSIONS: Final = {0: "1", 1: "2c", 3: "3"}
_THIRD: Final = 3
_USER_SECURITY_MODEL: Final = 3
_TRAP: Final = 0xA4
# The kinds of messages that count, and what they count as.
_GET, _GET_BULK, _RESPONSE, _SET = "get_requests", "get_bulk_requests", "get_responses", "set_requests"
_COUNTED: Final = {0xA0: _GET, 0xA1: _GET, 0xA2: _RESPONSE, 0xA3: _SET, 0xA5: _GET_BULK}
_KINDS: Final = frozenset({*_COUNTED, _TRAP, 0xA6, 0xA7, 0xA8})

_ADDRESS, _TICKS = 0x40, 0x43
_NUMBERS: Final = frozenset({0x41, 0x42, _TICKS, 0x46})
# What holds no text: nothing, no such object, no such instance, the end of the view; identifiers, numbers, addresses.
_NO_TEXTS: Final = frozenset({0x05, 0x80, 0x81, 0x82, IDENTIFIER, INTEGER, _ADDRESS}) | _NUMBERS
# 1.3.6.1.2.1.1.1.0 and 1.3.6.1.2.1.1.3.0.
_SYSTEM_DESCRIPTION, _SYSTEM_UP_TIME = b"\x2b\6\1\2\1\1\1\0", b"\x2b\6\1\2\1\1\3\0"
_TICK: Final = 10_000_000
_EARLIEST: Final = -(1 << 63)


@dataclass(slots=True)
class _Session:
    """The row while it comes together."""

    ts: int
    version: str
    last: int = 0
    community: str | None = None
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((_GET, _GET_BULK, _RESPONSE, _SET), 0))
    description: str | None = None
    up_since: int | None = None


class SNMP(DatagramAnalyzer):
    """The messages of one connection; each datagram is one."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._session: _Session | None = None

    def deliver(self, data: Data) -> None:
        odd: list[tuple[str, int]] = []
        flaws: list[str] = []
        try:
            self._message(Reader(data.data, odd), data, odd, flaws)
        except BinpacError as error:
            flaws.append(str(error))
        for name, size in odd:
            self._context.rows.add(weird.RECORD, weird.of_net(data.ts, name, str(size), ""))
        for flaw in flaws:
            self._context.reject("snmp", data.ts, flaw)

    def finish(self, ts: int) -> None:  # noqa: ARG002
        session = self._session
        if session is not None:
            head = session.ts, *self._context.connection.head, session.last - session.ts
            told = session.version, session.community, *session.counts.values(), session.description, session.up_since
            self._context.rows.add(RECORD, (*head, *told))

    def _message(self, reader: Reader, data: Data, odd: list[tuple[str, int]], flaws: list[str]) -> None:
        reader.sequence()
        version = reader.integer()
        community: bytes | None = None
        is_plain = version in _VERSIONS
        if version == _THIRD:
            if _global_data(reader, flaws) == _USER_SECURITY_MODEL:
                user = Reader(reader.content(OCTETS), odd)
            else:
                reader.content(OCTETS)
                user = None
            is_plain = self._scope(reader, data.ts)
            # What is encrypted is told before the user is known.
            community = _user_name(user) if user else None
        elif is_plain:
            community = reader.content(OCTETS)
        if not data.is_orig:
            self._context.confirm("snmp", data.ts)
        if is_plain:
            self._pdu(reader, data.ts, _VERSIONS[version], community)

    def _scope(self, reader: Reader, ts: int) -> bool:
        """What the third version has before its message; False where that is encrypted, or something else."""
        if reader.tag() == SEQUENCE:
            reader.content(OCTETS)
            reader.content(OCTETS)
            return True
        self._see(ts, _VERSIONS[_THIRD], None)
        return False

    def _pdu(self, reader: Reader, ts: int, version: str, community: bytes | None) -> None:
        kind = reader.tag()
        if kind not in _KINDS:
            self._see(ts, version, community)
            return
        if kind == _TRAP:
            reader.identifier()
            reader.content(_ADDRESS)
            reader.integer()
            reader.integer()
            reader.number(reader.content(_TICKS))
        else:
            for _ in range(3):
                reader.integer()
        reader.sequence()
        bindings = []
        while not reader.is_over:
            reader.sequence()
            bindings.append((reader.identifier(), *reader.value()))
        session = self._see(ts, version, community)
        counted = _COUNTED.get(kind)
        if counted:
            session.counts[counted] += len(bindings)
        for name, tag, content in bindings:
            number = reader.number(content) if tag in _NUMBERS or tag == INTEGER else 0
            if counted == _RESPONSE and name == _SYSTEM_DESCRIPTION and tag not in _NO_TEXTS:
                session.description = escape.text(content)
            elif counted == _RESPONSE and name == _SYSTEM_UP_TIME and tag in _NUMBERS:
                since = ts - number * _TICK
                session.up_since = since if since >= _EARLIEST else None

    def _see(self, ts: int, version: str, community: bytes | None) -> _Session:
        """The session, of which another message has come."""
        session = self._session
        if session is None:
            session = self._session = _Session(ts, version)
        if session.community is None and community is not None:
            session.community = escape.text(community)
        session.last = ts
        return session


def _global_data(reader: Reader, flaws: list[str]) -> int:
    """The security model of a message of the third version."""
    reader.sequence()
    reader.integer()
    reader.integer()
    if len(reader.content(OCTETS)) != 1:
        flaws.append("Invalid v3 HeaderData msgFlags")
    return reader.integer()


def _user_name(reader: Reader) -> bytes | None:
    reader.sequence()
    reader.content(OCTETS)
    reader.integer()
    reader.integer()
    name = reader.content(OCTETS)
    reader.content(OCTETS)
    reader.content(OCTETS)
    return name or None
