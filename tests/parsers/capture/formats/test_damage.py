"""Every format, cut at every byte, with every byte changed, and with every record twice."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from parsers import limits
from parsers.capture.formats.index import Index
from parsers.capture.formats.registry import FORMATS, index
from parsers.updates import OpenError
from tests.parsers.capture.build import ethernet, ipv4, pcap, tcp, udp
from tests.parsers.capture.formats.build import old_pcap, snoop
from tests.parsers.capture.formats.pcapng.build import SECRETS, block, enhanced, interface, old, section, simple

FRAMES = [ethernet(ipv4(udp(b"x" * 3))), ethernet(ipv4(tcp(b"GET / HTTP/1.0\r\n\r\n"), 6)), ethernet(ipv4(udp(b"")))]


def pcapng(order: str) -> bytes:
    first, second, third = FRAMES
    return (
        section(order)
        + interface(1, order, resolution=9, offset=1_000_000)
        + enhanced(first, order)
        + block(SECRETS, bytes(12), order)
        + simple(second, order)
        + section(order)
        + interface(101, order)
        + interface(1, order)
        + old(third, order, number=1)
    )


# A capture of each format, and the place behind each of its packets.
CAPTURES = {
    "pcap": pcap(FRAMES),
    "pcap of nanoseconds": pcap(FRAMES, order=">", nano=True),
    "pcap 2.2": old_pcap(FRAMES, version=(2, 2), wire_first=True),
    "pcap 2.3": old_pcap(FRAMES, version=(2, 3)),
    "pcap of Kuznetzov's": old_pcap(FRAMES, magic=0xA1B2CD34, extra=8),
    "pcapng": pcapng("<"),
    "pcapng, swapped": pcapng(">"),
    "snoop": snoop(FRAMES),
}
TOO_MANY = "these are more blocks than are read; cut the capture into pieces with editcap -c"
# What may lie between a packet's end and its record's: it is filled up to whole words, and pcapng's length follows.
FILL = 7
every_format = pytest.mark.parametrize("data", CAPTURES.values(), ids=CAPTURES)


def packets(found: Index) -> list[tuple[int, ...]]:
    columns = (found.ts, found.offset, found.captured, found.wire, found.link)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def read(data: bytes) -> Index | None:
    """The index, None where the header is what is damaged."""
    try:
        return index(memoryview(data))
    except OpenError:
        return None


def ends(data: bytes) -> list[int]:
    found = index(memoryview(data))
    return [o + c for o, c in zip(found.offset.tolist(), found.captured.tolist(), strict=True)]


def test_every_format_is_here() -> None:
    assert {form.name for form in FORMATS} == {name.split()[0].strip(",") for name in CAPTURES}
    for data in CAPTURES.values():
        assert len(index(memoryview(data))) == 3


@every_format
def test_cut_at_every_byte(data: bytes) -> None:
    whole, ended = packets(index(memoryview(data))), ends(data)
    for cut in range(len(data)):
        found = read(data[:cut])
        if found is None:
            assert cut < ended[0]
            continue
        shown = sum(end + FILL <= cut for end in ended)
        assert packets(found) == whole[: len(found)]
        assert len(found) >= shown
        assert all("\n" not in trouble.text for trouble in found.troubles)


def changed(data: bytes) -> Iterator[tuple[int, bytes]]:
    for at in range(len(data)):
        for bits in (0x01, 0xFF):
            yield at, data[:at] + bytes((data[at] ^ bits,)) + data[at + 1 :]


@every_format
def test_every_byte_changed(data: bytes) -> None:
    whole, ended = packets(index(memoryview(data))), ends(data)
    for at, damaged in changed(data):
        found = read(damaged)
        before = sum(end + FILL <= at for end in ended)
        assert before == 0 if found is None else packets(found)[:before] == whole[:before]


@every_format
def test_every_stretch_twice(data: bytes) -> None:
    whole, ended = packets(index(memoryview(data))), ends(data)
    for (start, end), size in ((pair, size) for pair in pairwise([0, *ended]) for size in range(1, 40, 3)):
        found = read(data[:end] + data[max(start, end - size) :])
        before = sum(each + FILL <= start for each in ended)
        assert found is not None
        assert packets(found)[:before] == whole[:before]


@every_format
def test_no_more_is_looked_at_than_the_bound(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than is shown, so that it is known that there are more."""
    whole = packets(index(memoryview(data)))
    is_pcapng = data.startswith(b"\n\r\r\n")
    monkeypatch.setattr(limits, "CAPTURE_PACKETS", 2 if is_pcapng else 1)
    found = index(memoryview(data))
    assert packets(found) == whole[: 1 if is_pcapng else 2]
    said = [trouble.text for trouble in found.troubles]
    assert said[:1] == (["the rest from byte 160 is left: " + TOO_MANY] if is_pcapng else [])
