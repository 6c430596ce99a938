"""Rows of dns.log in the making, and which reply belongs to which query. Source: Zeek, base/protocols/dns/main.zeek."""

from collections import deque

from parsers.limits import CONTAINER_ELEMENTS, DNS_PENDING_IDS, DNS_PENDING_MESSAGES
from parsers.protocols.dns.message import text
from parsers.protocols.dns.tables import class_name, type_name
from parsers.schema import Row


class Session:
    """What a query and its reply tell, until the row is written."""

    __slots__ = (
        "aa",
        "answers",
        "head",
        "opcode",
        "opcode_name",
        "qclass",
        "qtype",
        "qtype_name",
        "query",
        "ra",
        "rcode",
        "rcode_name",
        "rd",
        "rejected",
        "rtt",
        "saw_query",
        "saw_reply",
        "tc",
        "trans_id",
        "ts",
        "ttls",
        "z",
    )

    def __init__(self, ts: int, head: Row, trans_id: int) -> None:
        self.ts = ts
        self.head = head
        self.trans_id = trans_id
        self.rtt: int | None = None
        self.query: str | None = None
        self.qclass: int | None = None
        self.qtype: int | None = None
        self.qtype_name: str | None = None
        self.rcode: int | None = None
        self.rcode_name: str | None = None
        self.aa = self.tc = self.rd = self.ra = self.rejected = False
        self.z = 0
        self.answers: list[str] | None = None
        self.ttls: list[int] | None = None
        self.opcode: int | None = None
        self.opcode_name: str | None = None
        self.saw_query = self.saw_reply = False

    def ask(self, query: str, qtype: int, qclass: int, flags: int) -> None:
        """A question of the query, and the bits that only a query sets in the row."""
        self.query = query
        self.qtype = qtype
        self.qtype_name = type_name(qtype)
        self.qclass = qclass
        self.tc = bool(flags & 0x0200)
        self.rd = bool(flags & 0x0100)
        self.z = flags >> 4 & 7

    def answer(self, owner: bytes, reply: str, ttl: int, flags: int, ts: int) -> None:
        """A record of the reply's answer section; an empty `reply` is a record that is not shown."""
        if self.query is None:
            self.query = text(owner)
        self.aa = bool(flags & 0x0400)
        self.ra = bool(flags & 0x0080)
        if self.rtt is None and ts != self.ts:
            self.rtt = ts - self.ts
        if not reply:
            return
        if self.answers is None or self.ttls is None:
            self.answers, self.ttls = [reply], [ttl * 1_000_000_000]
        elif len(self.answers) <= CONTAINER_ELEMENTS:
            self.answers.append(reply)
            self.ttls.append(ttl * 1_000_000_000)

    def row(self) -> Row:
        """The cells in the record's order."""
        return (
            self.ts,
            *self.head,
            self.trans_id,
            self.rtt,
            self.query,
            self.qclass,
            None if self.qclass is None else class_name(self.qclass),
            self.qtype,
            self.qtype_name,
            self.rcode,
            self.rcode_name,
            self.aa,
            self.tc,
            self.rd,
            self.ra,
            self.z,
            self.answers,
            self.ttls,
            self.rejected,
            self.opcode,
            self.opcode_name,
        )


class Pending:
    """Queries without a reply, or replies without a query: a queue for each transaction id."""

    def __init__(self) -> None:
        self.queues: dict[int, deque[Session]] = {}

    def put(self, session: Session) -> list[Session]:
        """Queue a session; what comes back are those that too many others have followed."""
        dropped: list[Session] = []
        queue = self.queues.get(session.trans_id)
        if queue is None:
            if len(self.queues) > DNS_PENDING_IDS:
                dropped = self.clear()
            self.queues[session.trans_id] = deque([session])
            return dropped
        if len(queue) > DNS_PENDING_MESSAGES:
            dropped = list(queue)
            queue.clear()
        queue.append(session)
        return dropped

    def pop(self, trans_id: int) -> Session | None:
        """The oldest session of a transaction id."""
        queue = self.queues.get(trans_id)
        if queue is None:
            return None
        session = queue.popleft()
        if not queue:
            del self.queues[trans_id]
        return session

    def pop_any(self) -> Session | None:
        """The oldest session of whichever id came first."""
        return self.pop(next(iter(self.queues), -1))

    def clear(self) -> list[Session]:
        """All that is queued, and the queues are empty."""
        sessions = [session for queue in self.queues.values() for session in queue]
        self.queues.clear()
        return sessions


class Pairing:
    """The sessions of one connection that are not complete yet.

    One query waits apart from the queues and does not count towards their limits.
    """

    def __init__(self) -> None:
        self.apart: Session | None = None
        self.queries: Pending | None = None
        self.replies: Pending | None = None

    def find(self, trans_id: int, is_query: bool) -> Session | None:
        """The session that a message completes: of a query the reply that came before it, of a reply the query."""
        if is_query:
            return self.replies.pop(trans_id) if self.replies else None
        apart = self.apart
        if apart is not None and apart.trans_id == trans_id:
            self.apart = (self.queries.pop(trans_id) or self.queries.pop_any()) if self.queries else None
            return apart
        return self.queries.pop(trans_id) if self.queries else None

    def wait(self, session: Session, is_query: bool) -> list[Session]:
        """Keep a session until its other half comes; what comes back are those that have waited in vain."""
        if is_query:
            if self.apart is None:
                self.apart = session
                return []
            if self.queries is None:
                self.queries = Pending()
            return self.queries.put(session)
        if self.replies is None:
            self.replies = Pending()
        return self.replies.put(session)

    def clear(self) -> list[Session]:
        """All sessions that are still incomplete, and none is left."""
        left = [self.apart] if self.apart is not None else []
        self.apart = None
        for pending in (self.queries, self.replies):
            if pending is not None:
                left += pending.clear()
        return left
