from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.files.reassembly import Reassembly


class Taken:
    def __init__(self, start: int = 0) -> None:
        self.content = b""
        self.gaps: list[int] = []
        self.pieces = Reassembly(start, self.deliver, self.gap)

    def deliver(self, data: bytes) -> None:
        self.content += data

    def gap(self, length: int) -> None:
        self.content += b"." * length
        self.gaps.append(length)


def test_pieces_wait_for_what_comes_before_them() -> None:
    taken = Taken()
    taken.pieces.add(4, b"efgh")
    assert taken.content == b""
    taken.pieces.add(0, b"abcd")
    assert taken.content == b"abcdefgh"


def test_what_came_first_wins() -> None:
    taken = Taken()
    taken.pieces.add(2, b"cd")
    taken.pieces.add(6, b"gh")
    taken.pieces.add(1, b"XXXXXXXX")
    taken.pieces.add(0, b"ab")
    assert taken.content == b"aXcdXXghX"


def test_what_has_been_delivered_is_not_delivered_again() -> None:
    taken = Taken(start=4)
    taken.pieces.add(2, b"cdefg")
    taken.pieces.add(0, b"abcd")
    assert taken.content == b"efg"


def test_holes_are_given_up_at_the_end() -> None:
    taken = Taken()
    taken.pieces.add(2, b"cd")
    taken.pieces.add(6, b"gh")
    assert taken.pieces.flush() == 2
    assert taken.content == b"..cd..gh"
    assert taken.gaps == [2, 2]
    assert taken.pieces.flush() == 0


def test_holes_are_given_up_to_a_place() -> None:
    taken = Taken()
    taken.pieces.add(2, b"cd")
    taken.pieces.flush_to(6)
    taken.pieces.add(6, b"gh")
    assert taken.content == b"..cd..gh"


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 60), st.binary(min_size=1, max_size=12)), max_size=20))
def test_nothing_is_lost_or_doubled(pieces: list[tuple[int, bytes]]) -> None:
    expected = bytearray(b"." * max((place + len(data) for place, data in pieces), default=0))
    for place, data in reversed(pieces):
        expected[place : place + len(data)] = data
    taken = Taken()
    for place, data in pieces:
        taken.pieces.add(place, data)
    taken.pieces.flush()
    assert len(taken.content) == len(expected)
    assert sum(taken.gaps) == len(set(range(len(expected))) - {p + i for p, d in pieces for i in range(len(d))})
