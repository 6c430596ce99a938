"""The history of a TCP connection, a letter for each thing that happened, and who is its originator.

Source: Zeek, src/session/Session.{h,cc}, src/analyzer/protocol/tcp/TCP_Endpoint.cc; the letters are explained at the
`history` field of conn.log.
"""

from typing import Final

# What is noted the first time only, one bit each; the responder's lie 16 bits higher.
SEEN_SYN: Final = 1
SEEN_FIN: Final = 2
SEEN_RST: Final = 4
SEEN_FIN_RST: Final = 8
SEEN_DATA: Final = 16
SEEN_ACK: Final = 32
SEEN_MANY: Final = 64

_TENS: Final = frozenset(10**n for n in range(10))


class History:
    """Letters in the order in which they came, capitals for the side that is the originator at the time."""

    __slots__ = ("counts", "letters", "orig", "seen")

    def __init__(self, orig: int, *, turned: bool) -> None:
        self.orig = orig
        self.letters = ["^"] if turned else []
        self.seen = 0
        self.counts: dict[tuple[int, str], int] = {}

    def __str__(self) -> str:
        return "".join(self.letters)

    def flip(self) -> None:
        """Originator and responder change places."""
        self.orig = 1 - self.orig
        self.letters.append("^")

    def write(self, side: int, code: str) -> None:
        self.letters.append(code if side == self.orig else code.lower())

    def see(self, side: int, bit: int, code: str) -> bool:
        """Write a letter the first time; whether it was there already."""
        if side != self.orig:
            bit <<= 16
        if self.seen & bit:
            return True
        self.seen |= bit
        self.write(side, code)
        return False

    def has_seen(self, side: int, bit: int) -> bool:
        return bool(self.seen & (bit if side == self.orig else bit << 16))

    def count(self, side: int, code: str) -> None:
        """Write a letter the first, tenth, hundredth… time."""
        count = self.counts[side, code] = self.counts.get((side, code), 0) + 1
        if is_written(count):
            self.write(side, code)


def is_written(count: int) -> bool:
    """Whether what is counted is written into a history at this time, from 1 on."""
    return count in _TENS
