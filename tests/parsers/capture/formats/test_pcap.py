import struct

import numpy as np
import pytest

from parsers import budget, limits
from parsers.capture import shared
from parsers.capture.formats.index import Index
from parsers.capture.formats.pcap import index
from parsers.updates import OpenError
from tests.parsers.capture.build import START, ethernet, ipv4, pcap, udp
from tests.parsers.capture.formats.build import old_pcap

FRAMES = [ethernet(ipv4(udp(b"x" * n))) for n in (1, 20, 300)]


@pytest.fixture(autouse=True, params=["in memory", "in files"])
def _room(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything here holds as well where memory has room for no more than two packets."""
    if request.param == "in files":
        monkeypatch.setattr(budget, "for_packets", lambda: 0)
        monkeypatch.setattr(shared, "BLOCK", 2)


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


def packets(data: bytes) -> list[tuple[int, int, bytes]]:
    """Time, length on the wire and bytes of each packet; there must be no damage."""
    found = index(memoryview(data))
    assert not found.troubles
    columns = (found.ts.tolist(), found.wire.tolist(), found.offset.tolist(), found.captured.tolist())
    return [(ts, wire, data[o : o + c]) for ts, wire, o, c in zip(*columns, strict=True)]


WHOLE = packets(pcap(FRAMES))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("version", [(2, 0), (2, 1), (2, 2), (543, 0)])
def test_older_versions_have_their_lengths_the_other_way_round(order: str, version: tuple[int, int]) -> None:
    data = old_pcap(FRAMES, order=order, version=version, wire_first=True, cut=100)
    assert packets(data) == [(ts, wire + 100, frame) for ts, wire, frame in WHOLE]


@pytest.mark.parametrize("wire_first", [False, True])
def test_version_2_3_has_its_lengths_either_way(wire_first: bool) -> None:
    data = old_pcap(FRAMES, version=(2, 3), wire_first=wire_first, cut=100)
    assert packets(data) == [(ts, wire + 100, frame) for ts, wire, frame in WHOLE]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("magic", "extra"), [(0xA1B2CD34, 8), (0xA1B2CD34, 12), (0xA1B2C3D4, 8), (0xA1B2C3D4, 4)])
def test_records_with_longer_headers(order: str, magic: int, extra: int) -> None:
    assert packets(old_pcap(FRAMES, order=order, magic=magic, extra=extra)) == WHOLE
    assert packets(old_pcap(FRAMES[:2], order=order, magic=magic, extra=extra)) == WHOLE[:2]


def test_one_packet_of_kuznetzovs_variant() -> None:
    assert packets(old_pcap(FRAMES[:1], magic=0xA1B2CD34, extra=8)) == WHOLE[:1]
    assert packets(old_pcap([], magic=0xA1B2CD34)) == []


def test_kuznetzovs_variant_may_add_an_ethernet_header_to_the_bound() -> None:
    data = old_pcap([bytes(65535 + 20)], magic=0xA1B2CD34, extra=8)
    assert [len(frame) for _, _, frame in packets(data)] == [65535 + 14]


def test_what_looks_odd_in_the_first_records_is_no_other_variant() -> None:
    loopback = [bytes(12) + frame[12:] for frame in FRAMES]
    odd = pcap([b"", *loopback])
    assert [frame for _, _, frame in packets(odd)] == [b"", *loopback]
    for cut in range(24, len(odd)):
        assert index(memoryview(odd[:cut])).offset.tolist()[:1] in ([], [40])


def test_a_fraction_of_more_than_a_second_is_added() -> None:
    data = bytearray(pcap(FRAMES))
    struct.pack_into("<I", data, 28, 2_500_000)
    assert index(memoryview(data)).ts.tolist()[0] == (START + 2) * 10**9 + 500_000_000


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (old_pcap([], version=(2, 2), link=6), "AIX"),
        (old_pcap([], version=(2, 5)), "version 2.5, only 2.0 to 2.4 are read"),
        (old_pcap([], version=(1, 0)), "version 1.0"),
        (b"", "not a pcap capture"),
        (b"hello, world, this is text", "not a pcap capture"),
        (pcap([])[:20], "cut off in its header, at byte 20"),
        (pcap([])[:4] + b"\3\0\0\0" + pcap([])[8:], "version 3.0"),
    ],
)
def test_what_is_no_capture_that_can_be_read(data: bytes, what: str) -> None:
    with pytest.raises(OpenError, match=what):
        index(memoryview(data))
