import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.capture.links import ip_packets
from parsers.capture.links.layer import ETHERNET
from parsers.capture.links.registry import LAYERS
from parsers.capture.packet_weirds import Oddities, PacketWeirds
from tests.parsers.capture.links.frames import SAMPLES

LINKS = sorted(link for link in LAYERS if link >= 0)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[int, bytes]:
    """A sample with some bytes changed and its end cut off, or any bytes, with their link type."""
    if draw(st.booleans()):
        return draw(st.sampled_from([*LINKS, 147])), draw(st.binary(max_size=80))
    sample = draw(st.sampled_from(SAMPLES))
    frame = bytearray(sample.frame)
    for place, value in draw(st.lists(st.tuples(st.integers(0, len(frame) - 1), st.integers(0, 255)), max_size=4)):
        frame[place] = value
    return sample.link, bytes(frame[: draw(st.integers(0, len(frame)))])


def nobody(count: int) -> Oddities:
    """Where nobody listens to what is weird."""
    return PacketWeirds().of(np.arange(count), np.zeros(count, np.bool_))


@settings(max_examples=60)
@given(st.lists(damaged(), max_size=8))
def test_packets_lie_inside_their_frames(frames: list[tuple[int, bytes]]) -> None:
    captured = np.array([len(frame) for _, frame in frames], np.int64)
    offset = np.cumsum(captured) - captured
    octets = np.frombuffer(b"".join(frame for _, frame in frames), np.uint8)
    link = np.array([kind for kind, _ in frames], np.int64)
    rows, at, left = ip_packets(octets, link, offset, captured, nobody(len(link)))
    assert rows.tolist() == sorted(rows.tolist())
    assert (at >= offset[rows]).all()
    assert (left > 0).all()
    assert (at + left <= (offset + captured)[rows]).all()


def test_the_columns_that_are_given_stay_as_they_are() -> None:
    frames = [sample.frame for sample in SAMPLES]
    captured = np.array([len(frame) for frame in frames], np.int64)
    columns = np.array([sample.link for sample in SAMPLES]), np.cumsum(captured) - captured, captured
    before = [column.copy() for column in columns]
    octets = np.frombuffer(b"".join(frames), np.uint8)
    ip_packets(octets, *columns, nobody(len(captured)))
    for link in LINKS:
        ip_packets(octets, np.full(len(captured), link), *columns[1:], nobody(len(captured)))
    assert all((column == copy).all() for column, copy in zip(columns, before, strict=True))


def test_no_frames() -> None:
    none = np.zeros(0, np.int64)
    assert [len(column) for column in ip_packets(np.zeros(0, np.uint8), none, none, none, nobody(0))] == [0, 0, 0]
    one = np.zeros(1, np.int64)
    rows, _, _ = ip_packets(np.zeros(0, np.uint8), one + ETHERNET, one, one, nobody(1))
    assert not len(rows)
