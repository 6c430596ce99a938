"""DNS on one connection: messages over UDP and TCP, paired and written as rows.

Source: RFC 1035 4.1 and 4.2.2; Zeek, src/analyzer/protocol/dns/DNS.cc, base/protocols/dns/main.zeek.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final

from parsers.limits import DNS_QUESTIONS
from parsers.protocols.analyzer import Context, Data, End, Gap
from parsers.protocols.dns import sections
from parsers.protocols.dns.message import CUT_ANSWER, MalformedError, Message, ViolationError, text
from parsers.protocols.dns.names import netbios
from parsers.protocols.dns.record import RECORD
from parsers.protocols.dns.sessions import Pairing, Session
from parsers.protocols.dns.tables import NETBIOS_OPCODES, NOTIFY, OPCODES, QUERY, RCODES, UPDATE

_HEADER: Final = Struct(">6H").unpack_from
_HEADER_BYTES: Final = 12
_NETBIOS_PORT: Final = 137
_SOA: Final = 6
_SRV: Final = 33
_REPLY: Final = 0x8000


class DNS:
    """The messages of one connection; over UDP each delivery is one message."""

    def __init__(self, context: Context) -> None:
        connection = context.connection
        self.context = context
        self.netbios = _NETBIOS_PORT in (connection.orig_p, connection.resp_p)
        self._take_roles()
        self.first = True
        self.confirmed = False
        self.session: Session | None = None
        self.pairing = Pairing()
        self.streams = {True: Stream(), False: Stream()} if connection.proto == "tcp" else None

    def deliver(self, data: Data) -> None:
        if self.streams is None:
            self._message(data.data, data.ts, data.is_orig)
            return
        for message, end in self.streams[data.is_orig].feed(data.data):
            self._message(message, data.time_of(end - 1), data.is_orig)

    def gap(self, gap: Gap) -> None:
        """The framing goes on behind a hole as if it were not there, as Zeek's does."""

    def end(self, end: End) -> None:
        """What has come of a message is read when either side closes."""
        for stream in (self.streams or {}).values():
            partial = stream.flush()
            if partial:
                self._message(partial, end.ts, is_orig=False)

    def finish(self, ts: int) -> None:  # noqa: ARG002
        """Queries and replies whose other half never came are rows too."""
        for session in self.pairing.clear():
            self._write(session)

    def _take_roles(self) -> None:
        connection = self.context.connection
        uid, orig_h, orig_p, resp_h, resp_p = connection.head
        self.head = uid, orig_h, orig_p, resp_h, resp_p, connection.proto
        self.netbios_server = connection.resp_p == _NETBIOS_PORT

    def _message(self, data: bytes, ts: int, is_orig: bool) -> None:
        if len(data) < _HEADER_BYTES:
            self.context.weird("DNS_truncated_len_lt_hdr_len", ts)
            return
        trans_id, flags, questions, answers, authorities, additionals = _HEADER(data)
        opcode = flags >> 11 & 15
        connection = self.context.connection
        is_tracked = opcode in (QUERY, NOTIFY, UPDATE)
        if not is_tracked and not self.netbios:
            self.context.weird("DNS_unknown_opcode", ts, str(opcode))
            connection.give_up(ts)
            return
        if self.first and flags & _REPLY and is_orig and not _is_multicast(connection.resp_h):
            connection.turn_round(ts)
            self._take_roles()
        self.first = False
        if is_tracked:
            self._begin(trans_id, flags, opcode, questions, ts)
        if questions > DNS_QUESTIONS:
            self.context.reject("dns", ts, "DNS_Conn_count_too_large")
            self.context.weird("DNS_Conn_count_too_large", ts)
            self._end(flags)
            return
        message = Message(data, _HEADER_BYTES, self.netbios_server)
        try:
            if opcode == UPDATE and not self.netbios:
                if not self._update(message, flags, questions, answers, authorities, ts):
                    self._tell(message, ts)
                    return
            else:
                empty = not (answers or authorities or additionals)
                self._questions(message, flags, questions, is_tracked=is_tracked, empty=empty)
                if answers:
                    session = self.session if flags & _REPLY and is_tracked else None
                    self._answers(message, sections.answers(message, answers), session, flags, ts)
        except ViolationError as error:
            self.context.reject("dns", ts, str(error))
        except MalformedError:
            pass
        else:
            if not self.confirmed:
                self.confirmed = True
                self.context.confirm("dns", ts)
        self._tell(message, ts)
        self._end(flags)

    def _tell(self, message: Message, ts: int) -> None:
        """Say what was weird in a message."""
        for place, name in enumerate(message.odd):
            self.context.weird(name, ts, message.more.get(place, ""))

    def _begin(self, trans_id: int, flags: int, opcode: int, questions: int, ts: int) -> None:
        is_query = not flags & _REPLY
        session = self.pairing.find(trans_id, is_query)
        if session is None:
            session = Session(ts, self.head, trans_id)
            for given_up in self.pairing.wait(session, is_query):
                self._write(given_up)
        self.session = session
        if not is_query:
            session.rcode = flags & 15
            session.rcode_name = RCODES[flags & 15]
            if flags & 15 and not questions:
                session.rejected = True
        session.opcode = opcode
        session.opcode_name = (NETBIOS_OPCODES if self.netbios else OPCODES)[opcode]

    def _questions(self, message: Message, flags: int, count: int, *, is_tracked: bool, empty: bool) -> None:
        session = self.session
        for _ in range(count):
            name, qtype, qclass = message.question()
            if session is None:
                continue
            if flags & _REPLY:
                session.rejected |= empty
            elif is_tracked:
                name = name.lower()
                if self.netbios_server and self.streams is None:
                    session.ask(text(netbios(name) or name), qtype, qclass, flags)
                    if qtype == _SRV:
                        session.qtype_name = "NBSTAT"
                else:
                    session.ask(text(name), qtype, qclass, flags)

    def _answers(
        self, message: Message, shown: Iterator[sections.Shown], session: Session | None, flags: int, ts: int
    ) -> None:
        for reply, ttl in shown:
            if session is not None:
                session.answer(message.owner, reply, ttl, flags, ts)

    def _update(self, message: Message, flags: int, zones: int, before: int, changes: int, ts: int) -> bool:
        """Read a dynamic update; False when its zone is none, and the message then has no end for Zeek."""
        if zones != 1:
            message.tell("DNS_DU_invalid_zone_count", zones)
            raise MalformedError
        _, rtype, zone_class = message.question(CUT_ANSWER)
        if rtype != _SOA:
            message.tell("DNS_DU_incorrect_zone_type")
            return False
        for shown in (
            sections.prerequisites(message, before, zone_class),
            sections.updates(message, changes, zone_class),
        ):
            self._answers(message, shown, self.session if flags & _REPLY else None, flags, ts)
        return True

    def _end(self, flags: int) -> None:
        session = self.session
        if session is None:
            return
        if flags & _REPLY:
            session.saw_reply = True
        else:
            session.saw_query = True
        if session.saw_query and session.saw_reply:
            self._write(session)
            self.session = None

    def _write(self, session: Session) -> None:
        self.context.rows.add(RECORD, session.row())


def _is_multicast(address: str) -> bool:
    """What Zeek takes for a multicast address (src/IPAddr.h): of IPv4's only those in 224.0.0.0/8."""
    return address.startswith("224.") or (address.startswith("ff") and address.find(":") == 4)


class Stream:
    """One direction of DNS over TCP: each message has its length in two bytes before it."""

    def __init__(self) -> None:
        self.held = bytearray()
        self.flushed = False

    def feed(self, data: bytes) -> Iterator[tuple[bytes, int]]:
        """The messages that are whole now, each with the place in `data` after its last byte."""
        if self.flushed:
            self.held.clear()
            self.flushed = False
        before = len(self.held)
        self.held += data
        held = self.held
        place = 0
        while len(held) - place >= 2:
            end = place + 2 + (held[place] << 8 | held[place + 1])
            if end > len(held):
                break
            yield bytes(held[place + 2 : end]), end - before
            place = end
        del held[:place]

    def flush(self) -> bytes:
        """What has come of a message that is not whole; what follows would be a new one."""
        if len(self.held) > 2:
            self.flushed = True
        return bytes(self.held[2:])
