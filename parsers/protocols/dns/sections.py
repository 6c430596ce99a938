"""The sections of a message whose records dns.log shows: answers, and those of a dynamic update.

Each record yields its text and its TTL in seconds; the message's `owner` is its name at that moment. Where nothing
more can be read, MalformedError is raised after what came before.
Source: RFC 1035 4.1.3, RFC 2136 2.4 and 2.5; Zeek, src/analyzer/protocol/dns/DNS.cc, base/protocols/dns/main.zeek.
"""

from collections.abc import Iterator
from typing import Final, TypeAlias

from parsers.protocols.dns.message import MalformedError, Message, text
from parsers.protocols.dns.records import read
from parsers.protocols.dns.tables import TYPES, type_name

Shown: TypeAlias = tuple[str, int]

_NONE: Final = 254
_ANY: Final = 255
_ADDRESSES: Final = {1, 28, 38}


def answers(message: Message, count: int) -> Iterator[Shown]:
    """The answer section, `count` records."""
    for _ in range(count):
        rtype, _, ttl, length = message.record()
        if not length and message.place < len(message.data):
            message.tell("DNS_zero_rdlength")
            raise MalformedError
        shown, after = read(message, rtype, length)
        if shown is not None:
            yield shown, ttl
        if after is None:
            raise MalformedError
        message.place = after


def prerequisites(message: Message, count: int, zone_class: int) -> Iterator[Shown]:
    """What must hold before a dynamic update is made; the data of these records is not skipped, as in Zeek."""
    for _ in range(count):
        rtype, rclass, ttl, length = message.record()
        if ttl:
            message.tell("DNS_dynamic_update_prereq_nonzero_ttl", ttl - (1 << 32) if ttl >> 31 else ttl)
            continue
        if rclass != zone_class and (rclass not in {_ANY, _NONE} or length):
            message.tell("DNS_dynamic_update_invalid_prereq")
            continue
        if rtype == _ANY and rclass in {_ANY, _NONE}:
            what = "NameInUse" if rclass == _ANY else "NameNotInUse"
        else:
            what = f"{'NoRRSet' if rclass == _NONE else 'RRSetExists'} {type_name(rtype)}"
        yield text(b"pre: %s %s" % (what.encode(), message.owner)), ttl


def updates(message: Message, count: int, zone_class: int) -> Iterator[Shown]:
    """What a dynamic update adds and deletes."""
    for _ in range(count):
        rtype, rclass, ttl, length = message.record()
        if rclass == _ANY and not ttl and not length:
            what = b"* " + message.owner if rtype == _ANY else type_name(rtype).encode()
            yield text(b"del: RRSet " + what), ttl
            continue
        if rclass != zone_class and (rclass != _NONE or ttl):
            message.tell("DNS_dynamic_update_invalid_update")
            continue
        if not length and message.place < len(message.data):
            continue
        added = "add: "
        if rtype in _ADDRESSES:
            added += f"{TYPES[rtype]} {text(message.owner)} "
        shown, after = read(message, rtype, length)
        if shown is not None:
            yield shown and added + shown, ttl
        if after is None:
            raise MalformedError
        message.place = after
