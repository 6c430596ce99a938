import struct

import numpy as np
import pytest

from parsers import limits
from parsers.capture.formats.index import Index
from parsers.capture.formats.pcap import index
from parsers.updates import OpenError
from tests.parsers.capture.build import START, ethernet, ipv4, pcap, udp

FRAMES = [ethernet(ipv4(udp(b"x" * n))) for n in (1, 20, 300)]


def texts(found: Index) -> list[str]:
    return [trouble.text for trouble in found.troubles]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("nano", "unit"), [(False, 1000), (True, 1)])
def test_index_of_both_byte_orders_and_resolutions(order: str, nano: bool, unit: int) -> None:
    data = pcap(FRAMES, order=order, nano=nano)
    found = index(memoryview(data))
    assert found.ts.tolist() == [(START + i) * 10**9 + i * unit for i in range(3)]
    assert [data[o : o + c] for o, c in zip(found.offset, found.captured, strict=True)] == FRAMES
    assert found.wire.tolist() == [len(frame) for frame in FRAMES]
    assert found.link.tolist() == [1, 1, 1]
    assert found.links == {1}
    assert not found.troubles


def test_a_capture_without_packets_is_no_trouble() -> None:
    assert len(index(memoryview(pcap([])))) == 0
    assert not index(memoryview(pcap([]))).troubles


def test_every_cut_leaves_the_packets_before_it() -> None:
    data = pcap(FRAMES)
    ends = np.cumsum([24] + [16 + len(frame) for frame in FRAMES]).tolist()
    for cut in range(24, len(data)):
        found = index(memoryview(data[:cut]))
        whole = sum(end <= cut for end in ends[1:])
        assert len(found) == whole
        assert bool(found.troubles) == (cut not in ends)


def test_what_is_said_of_a_cut() -> None:
    data = pcap(FRAMES)
    cut = len(data) - 5
    shown = "the 2 packets before it are shown"
    assert texts(index(memoryview(data[:cut]))) == [f"the capture is cut off in packet 3, at byte {cut}; {shown}"]
    first = 24 + 16 + len(FRAMES[0])
    shown = "the one packet before it is shown"
    expected = [f"the capture is cut off in packet 2, at byte {first + 9}; {shown}"]
    assert texts(index(memoryview(data[: first + 9]))) == expected


@pytest.mark.parametrize("behind", [b"", bytes(400_000)])
def test_a_length_that_cannot_be_ends_the_capture(behind: bytes) -> None:
    claimed = limits.CAPTURED_PACKET_BYTES + 1
    data = pcap(FRAMES) + struct.pack("<IIII", START, 0, claimed, claimed) + behind
    found = index(memoryview(data))
    assert len(found) == 3
    at = len(pcap(FRAMES))
    shown = "the 3 packets before it are shown"
    assert texts(found) == [f"packet 4, at byte {at}, claims a length of {claimed}, which cannot be; {shown}"]


def test_packets_are_cut_at_the_length_that_the_header_names() -> None:
    assert index(memoryview(pcap(FRAMES, snaplen=50))).captured.tolist() == [43, 50, 50]
    assert index(memoryview(pcap(FRAMES, snaplen=0))).captured.tolist() == [len(frame) for frame in FRAMES]


def test_check_sequence_bits_are_no_part_of_the_link_type() -> None:
    assert index(memoryview(pcap(FRAMES, link=0x5400_0001))).links == {1}


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "not a pcap capture"),
        (b"hello, world, this is text", "not a pcap capture"),
        (pcap([])[:20], "cut off in its header, at byte 20"),
        (pcap([])[:4] + b"\3\0\0\0" + pcap([])[8:], "version 3.0"),
    ],
)
def test_what_is_no_capture_that_can_be_read(data: bytes, what: str) -> None:
    with pytest.raises(OpenError, match=what):
        index(memoryview(data))
