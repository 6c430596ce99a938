"""DNS messages built by hand, and a way to let them pass by."""

from collections.abc import Iterable
from struct import pack

from parsers.protocols.analyzer import Connection
from parsers.protocols.dns import PROTOCOL
from tests.parsers.protocols.feeding import SECOND, START, Told, connection, data, run

QUERY = 0x0100
REPLY = 0x8180

# (is_orig, message): one datagram.
Turn = tuple[bool, bytes]


def name(text: str) -> bytes:
    labels = [label.encode("latin-1") for label in text.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def question(text: str = "www.example.com", qtype: int = 1, qclass: int = 1) -> bytes:
    return name(text) + pack(">HH", qtype, qclass)


def record(owner: bytes, rtype: int, content: bytes, ttl: int = 60, rclass: int = 1) -> bytes:
    return owner + pack(">HHIH", rtype, rclass, ttl, len(content)) + content


def message(
    flags: int, questions: Iterable[bytes] = (), answers: Iterable[bytes] = (), trans_id: int = 7, more: int = 0
) -> bytes:
    """A message with `more` records in its additional section, which are not there."""
    asked, answered = list(questions), list(answers)
    header = pack(">6H", trans_id, flags, len(asked), len(answered), 0, more)
    return header + b"".join((*asked, *answered))


def udp(turns: Iterable[Turn], to: Connection | None = None) -> Told:
    """Datagrams a second apart."""
    fed = [data(is_orig, content, START + i * SECOND) for i, (is_orig, content) in enumerate(turns)]
    return run(PROTOCOL, fed, to or connection("udp", 53))


def answers(*records: bytes, flags: int = REPLY) -> list[str] | None:
    """What the log shows of a reply with these records to a question for www.example.com."""
    turns = [(True, message(QUERY, [question()])), (False, message(flags, [question()], records))]
    shown: list[str] | None = udp(turns).only("dns")["answers"]
    return shown
