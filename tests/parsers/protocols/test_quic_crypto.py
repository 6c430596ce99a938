"""The frames of a hello, put in order as Zeek puts them."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.limits import QUIC_PENDING_PIECES
from parsers.protocols.quic.crypto import Crypto
from parsers.protocols.spicy import SpicyError
from tests.parsers.protocols.tls_messages import client_hello, extension, handshake

HELLO = client_hello(extension(21, bytes(range(200))))


def written(*frames: tuple[int, int]) -> tuple[bytes, bool]:
    """What is passed on after the bytes of HELLO from here to there have come, and whether it was all."""
    passed: list[bytes] = []
    crypto = Crypto(passed.append)
    for start, stop in frames:
        crypto.write(start, HELLO[start:stop])
    return b"".join(passed), crypto.is_finished


END = len(HELLO)
WHOLE = (handshake(HELLO), True)


@pytest.mark.parametrize(
    "frames",
    [
        [(0, END)],
        [(100, END), (0, 100)],
        [(0, 2), (2, 4), (4, END)],
        [(0, 100), (0, 100), (0, 50), (100, END)],
        [(50, 100), (150, 200), (20, 220), (0, 20), (220, END)],
        [(100, 200), (0, 150), (200, END)],
        [(100, 200), (100, 220), (0, 100), (220, END)],
        [(200, END), (100, 200), (0, 100)],
        [(0, 100), (0, 100), (50, 150), (150, END)],
    ],
)
def test_frames_in_any_order(frames: list[tuple[int, int]]) -> None:
    assert written(*frames) == WHOLE


def test_what_came_first_stays() -> None:
    passed: list[bytes] = []
    crypto = Crypto(passed.append)
    crypto.write(4, b"first")
    crypto.write(0, b"\1\0\0\x08other")
    crypto.write(9, b"end")
    assert b"".join(passed) == b"\x16\3\3\0\x0c\1\0\0\x08firstend"


def test_what_is_new_in_a_frame_that_begins_before_is_lost_at_first() -> None:
    assert not written((0, 100), (50, 150), (150, END))[1]
    # When it comes again behind others it counts.
    assert written((0, 100), (50, 150), (150, END), (50, 150)) == WHOLE


def test_a_frame_that_was_cut_counts_as_long_as_it_was() -> None:
    passed, is_finished = written((0, 100), (50, 150), (50, 150), (150, END), (200, END))
    assert passed == handshake(HELLO)[: 5 + 150] + HELLO[200:]
    assert not is_finished


def test_what_comes_out_of_order_is_bounded() -> None:
    crypto = Crypto(lambda _: None)
    for place in range(QUIC_PENDING_PIECES):
        crypto.write(2 * place + 1, b"x")
    with pytest.raises(SpicyError, match="out of order"):
        crypto.write(10_000, b"x")
    crypto = Crypto(lambda _: None)
    for place in range(7):
        crypto.write(1 << 40 | place << 20, bytes(9000))
    with pytest.raises(SpicyError, match="out of order"):
        crypto.write(1 << 50, bytes(9000))


def test_too_much_without_a_length() -> None:
    crypto = Crypto(lambda _: None)
    crypto.write(4, bytes(3000))
    assert not crypto.is_finished


@given(st.lists(st.tuples(st.integers(0, END), st.integers(0, END))))
@settings(max_examples=50)
def test_what_is_passed_on_is_the_hello(frames: list[tuple[int, int]]) -> None:
    passed: list[bytes] = []
    crypto = Crypto(passed.append)
    with suppress(SpicyError):
        for start, stop in frames:
            crypto.write(start, HELLO[start:stop])
    assert len(b"".join(passed)) <= 5 + END
    assert crypto.is_finished == (len(b"".join(passed)) == 5 + END)
