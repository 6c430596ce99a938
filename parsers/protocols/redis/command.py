"""A command: its words, and which of them are the key and the value.

Source: Zeek, src/analyzer/protocol/redis/redis.spicy.
"""

import re
from dataclasses import dataclass
from typing import Final

from parsers.protocols.spicy import SpicyError

# What separates words of a command in one line, and words that may hold it between quotes.
_WORD: Final = re.compile(rb"""(?:[^\0\t\n\r "']|"(?:\\"|[^"])*+(?:"|\Z)|'(?:\\'|[^'])*+(?:'|\Z))+""")
_NUMBER: Final = re.compile(rb"[+-]?[0-9]+\Z")

# Where the key stands among the words, by command; where none is said, the command is known and has none.
_KEYS: Final = dict.fromkeys(
    b"append bitcount bitfield bitfield_ro bitpos blpop brpop copy decr decrby del dump exists expire expireat "
    b"expiretime get getbit getdel getex getrange getset hdel hget hset incr incrby keys mget move mset persist rename "
    b"set strlen ttl type".split(),
    1,
) | {b"bitop": 2, b"blmpop": 3}
_WITH_VALUE = frozenset(b"set append decrby expire expireat getbit getset hdel hget incrby move mset rename".split())
_KNOWN: Final = frozenset(_KEYS) | frozenset(
    b"auth client hello psubscribe punsubscribe quit reset subscribe ssubscribe sunsubscribe unsubscribe".split()
)
# What of a SET is followed by a number.
_TIMES: Final = frozenset((b"ex", b"px", b"exat", b"pxat"))


@dataclass(slots=True)
class Command:
    """One command; `known` is its name in lower case where it is one of those that are known."""

    words: list[bytes]
    known: bytes | None
    key: bytes | None
    value: bytes | None

    @property
    def name(self) -> bytes:
        return self.words[0]


def split(line: bytes) -> list[bytes]:
    """The words of a command that is written in one line."""
    return _WORD.findall(line)


def command(words: list[bytes]) -> Command:
    """The command that these words are; a SpicyError where they are none."""
    if not words:
        raise SpicyError("assertion failed")
    name = words[0].lower()
    if name not in _KNOWN:
        return Command(words, None, None, None)
    place = _KEYS.get(name, len(words))
    key = words[place] if place < len(words) else None
    value = words[2] if name in _WITH_VALUE and len(words) > 2 else None
    if name == b"set":
        _check_times(words)
    return Command(words, name, key, value)


def _check_times(words: list[bytes]) -> None:
    """The numbers among what follows the value of a SET must be numbers."""
    place = 3
    while place < len(words):
        if words[place].lower() in _TIMES:
            place += 1
            if place < len(words) and _NUMBER.match(words[place]) is None:
                raise SpicyError("cannot parse bytes as unsigned integer")
        place += 1
