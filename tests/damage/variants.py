"""Damaged variants of a file's bytes: cut short, with one byte changed, with a piece that comes twice."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST_PIECE = 3000
HEAD_BYTES = 60


@dataclass(frozen=True)
class Variant:
    """What became of some bytes: all before `at` are as they were."""

    kind: str
    at: int
    data: bytes

    def __str__(self) -> str:
        return f"{self.kind}-{self.at}"


def variants(data: bytes, count: int, seed: int = 0, heads: Sequence[int] = ()) -> Iterator[Variant]:
    """So many variants, one kind after the other; the same seed gives the same ones.

    `heads` are the places where headers begin: every second damage is done to one of them.
    """
    chance = random.Random(seed)
    for number in range(count):
        at = chance.randrange(1, len(data))
        if heads and number % 2:
            at = min(chance.choice(heads) + chance.randrange(1, HEAD_BYTES), len(data) - 1)
        match number % 3:
            case 0:
                yield Variant("cut", at, data[:at])
            case 1:
                changed = bytes([data[at] ^ chance.randrange(1, 256)])
                yield Variant("flipped", at, data[:at] + changed + data[at + 1 :])
            case _:
                begin = max(0, at - chance.randrange(1, LONGEST_PIECE))
                yield Variant("doubled", at, data[:at] + data[begin:])
