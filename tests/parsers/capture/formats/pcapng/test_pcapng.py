import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.capture.formats.index import Index
from parsers.capture.formats.pcapng import index
from parsers.updates import OpenError
from tests.parsers.capture.build import START, ethernet, ipv4, udp
from tests.parsers.capture.formats.pcapng.build import (
    NAMES,
    SECRETS,
    STATISTICS,
    block,
    enhanced,
    interface,
    old,
    option,
    section,
    simple,
)

FRAMES = [ethernet(ipv4(udp(b"x" * n))) for n in (1, 20, 302)]
MICROSECONDS = START * 1_000_000
ORDERS = pytest.mark.parametrize("order", ["<", ">"])


def read(data: bytes) -> Index:
    return index(memoryview(data))


def frames(data: bytes) -> list[bytes]:
    found = read(data)
    return [data[o : o + c] for o, c in zip(found.offset.tolist(), found.captured.tolist(), strict=True)]


def texts(found: Index) -> list[str]:
    return [trouble.text for trouble in found.troubles]


@ORDERS
@pytest.mark.parametrize("packet", [enhanced, old])
def test_packets_in_both_byte_orders(order: str, packet: type) -> None:
    blocks = [packet(frame, order, ticks=MICROSECONDS + i) for i, frame in enumerate(FRAMES)]
    data = section(order) + interface(1, order) + b"".join(blocks)
    found = read(data)
    assert frames(data) == FRAMES
    assert found.ts.tolist() == [START * 10**9 + i * 1000 for i in range(3)]
    assert found.wire.tolist() == [len(frame) for frame in FRAMES]
    assert found.link.tolist() == [1, 1, 1]
    assert found.links == {1}
    assert not found.troubles


@ORDERS
def test_simple_packets_are_cut_at_the_interfaces_bound_and_have_no_time(order: str) -> None:
    head = section(order) + interface(101, order, snaplen=40, offset=-5)
    data = head + simple(b"a" * 30, order) + simple(b"b" * 40, order, wire=1500)
    found = read(data)
    assert frames(data) == [b"a" * 30, b"b" * 40]
    assert found.wire.tolist() == [30, 1500]
    assert found.ts.tolist() == [-5 * 10**9] * 2
    assert texts(found) == ["no times were captured with 2 packets: shown as 1970-01-01, as Zeek shows them"]
    assert found.troubles[0].harmless


def test_interfaces_of_their_own_link_type_and_time() -> None:
    data = (
        section()
        + interface(1)
        + interface(101, resolution=9, offset=10)
        + enhanced(b"ethernet", ticks=MICROSECONDS)
        + interface(113, resolution=0x80 | 8)
        + enhanced(b"raw", number=1, ticks=START * 10**9 + 1)
        + enhanced(b"cooked", number=2, ticks=START * 256 + 64)
        + enhanced(b"ethernet", ticks=MICROSECONDS + 7)
    )
    found = read(data)
    assert found.link.tolist() == [1, 101, 113, 1]
    assert found.links == {1, 101, 113}
    assert (found.ts - START * 10**9).tolist() == [0, 10 * 10**9 + 1, 250_000_000, 7000]


@pytest.mark.parametrize("length", [-1, 0, 40])
def test_sections_number_their_interfaces_anew_and_have_byte_orders_of_their_own(length: int) -> None:
    data = (
        section("<", length=length)
        + interface(1)
        + interface(101)
        + enhanced(b"one", number=1)
        + section(">", length=length, minor=2)
        + interface(113, ">")
        + enhanced(b"two", ">")
        + section("<", minor=99)
        + interface(228)
        + simple(b"three")
    )
    found = read(data)
    assert frames(data) == [b"one", b"two", b"three"]
    assert found.link.tolist() == [101, 113, 228]
    assert found.links == {1, 101, 113, 228}


@ORDERS
def test_other_blocks_are_stepped_over(order: str) -> None:
    others = [
        block(STATISTICS, struct.pack(order + "III", 0, 0, 0), order),
        block(9, b"MESSAGE=journal\n", order),
        block(0xBAD, struct.pack(order + "I", 32473) + b"custom", order),
        block(0x40000BAD, b"custom", order),
        block(0x80000001, b"", order),
        block(77, bytes(1000), order),
    ]
    packets = [enhanced(frame, order) for frame in FRAMES]
    data = section(order) + interface(1, order) + b"".join(a + b for a, b in zip(others, packets * 2, strict=True))
    assert frames(data) == FRAMES * 2
    assert not read(data).troubles


def test_options_of_packets_and_of_sections_are_stepped_over() -> None:
    flags = option(2, struct.pack("<I", 1)) + option(1, b"a comment") + option(0, b"")
    data = section(options=option(4, b"tests") + option(0, b"")) + interface() + enhanced(FRAMES[0], options=flags)
    assert frames(data) == FRAMES[:1]
    assert not read(data).troubles


@ORDERS
def test_keys_and_names_are_announced(order: str) -> None:
    tls, ssh = (
        block(SECRETS, struct.pack(order + "II", kind, 4) + b"key\n", order) for kind in (0x544C534B, 0x5353484B)
    )
    names = block(NAMES, b"", order)
    start = section(order) + interface(1, order)
    found = read(start + tls + names + enhanced(FRAMES[0], order) + ssh + names)
    assert len(found) == 1
    assert texts(found) == [
        f"it holds SSH and TLS keys, at byte {len(start)}, which are not used: "
        "open the capture in Wireshark to see what they decrypt",
        f"it holds names of hosts, at byte {len(start + tls)}, which are not used: "
        "only names that were seen in packets are shown",
    ]
    assert all(trouble.harmless for trouble in found.troubles)
    unknown = block(SECRETS, bytes(8), order)
    assert texts(read(start + unknown))[0].startswith(f"it holds keys, at byte {len(start)}")


def test_no_interface_and_no_packet_is_no_trouble() -> None:
    for data in (section(), section() + interface(), section() + section(">")):
        assert len(read(data)) == 0
        assert not read(data).troubles


def test_times_that_cannot_be() -> None:
    data = section() + interface(resolution=0) + enhanced(b"x", ticks=2**63) + enhanced(b"x", ticks=START)
    found = read(data)
    assert found.ts.tolist() == [0, START * 10**9]
    assert texts(found) == ["times that cannot be, of 1 packet, are shown as 1970-01-01"]
    assert not found.troubles[0].harmless


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (option(9, b"\xff"), "the interface at byte 28 counts time in units of 2^-127 s, which nothing reads"),
        (option(9, b"\x14"), "the interface at byte 28 counts time in units of 10^-20 s, which nothing reads"),
        (option(9, b"\6\0"), "the options of the interface at byte 28 are damaged"),
        (option(14, b"\0" * 4), "the options of the interface at byte 28 are damaged"),
        (option(9, b"\6") * 2, "the options of the interface at byte 28 are damaged"),
        (struct.pack("<HH", 2, 5), "the options of the interface at byte 28 are damaged"),
        (
            option(9, b"\6") + struct.pack("<HH", 14, 9) + bytes(8),
            "the options of the interface at byte 28 are damaged",
        ),
    ],
)
def test_damaged_options(options: bytes, what: str) -> None:
    found = read(section() + interface(options=options) + enhanced(FRAMES[0], ticks=MICROSECONDS))
    assert found.ts.tolist() == [START * 10**9]
    assert texts(found) == [f"{what}: the times of its packets may be wrong"]


def test_damaged_options_of_many_interfaces_are_one_line() -> None:
    data = section() + interface(options=option(9, b"\xff")) * 1000
    assert len(texts(read(data))) == 1
    assert "and 999 more like it" in texts(read(data))[0]


def test_options_that_do_not_end_with_their_end() -> None:
    found = read(section() + interface(options=option(9, b"\3")) + enhanced(b"x", ticks=START * 1000))
    assert found.ts.tolist() == [START * 10**9]
    assert not found.troubles
    behind = option(0, b"") + b"\xff\xff\xff\xff"
    assert not read(section() + interface(options=behind)).troubles


GOOD = section() + interface() + enhanced(FRAMES[0]) + enhanced(FRAMES[1])
PACKET = enhanced(FRAMES[2])


def changed(data: bytes, at: int, word: int) -> bytes:
    """The data with another 32-bit word at that place."""
    return data[:at] + struct.pack("<I", word) + data[at + 4 :]


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        (changed(PACKET, 4, 8), "packet 3, at byte {at}, claims a length of 8, too little for what it is"),
        (changed(PACKET, 4, 0), "packet 3, at byte {at}, claims a length of 0, too little for what it is"),
        (block(6, bytes(16)), "packet 3, at byte {at}, claims a length of 28, too little for what it is"),
        (block(1, bytes(4)), "a block behind packet 2, at byte {at}, claims a length of 16, too little for what it is"),
        (changed(PACKET, 4, 378), "packet 3, at byte {at}, claims a length of 378, which is no multiple of 4"),
        (
            changed(PACKET, len(PACKET) - 4, 12),
            "packet 3, at byte {at}, has a length of 376 at its beginning and of 12 at its end",
        ),
        (changed(PACKET, 4, 1 << 31), "packet 3, at byte {at}, claims a length of 2147483648, which cannot be"),
        (changed(PACKET, 4, 1 << 20), "the capture is cut off in packet 3, at byte {end}"),
        (PACKET[:-1], "the capture is cut off in packet 3, at byte {end}"),
        (PACKET[:7], "the capture is cut off in a block behind packet 2, at byte {end}"),
        (block(4, bytes(40))[:20], "the capture is cut off in a block behind packet 2, at byte {end}"),
        (changed(PACKET, 8, 1), "packet 3, at byte {at}, names interface 1, which is not announced before it"),
        (changed(PACKET, 20, 400_000), "packet 3, at byte {at}, claims a length of 400000, which cannot be"),
        (
            changed(PACKET, 20, len(FRAMES[2]) + 1),
            "packet 3, at byte {at}, claims a length of 345, which is more than there is room for",
        ),
        (simple(b"abcd", wire=5), "packet 3, at byte {at}, claims a length of 5, which is more than there is room for"),
        (
            changed(section(), 8, 0xDEADBEEF),
            "a block behind packet 2, at byte {at}, begins a section whose byte order cannot be told",
        ),
        (
            section(major=2),
            "a block behind packet 2, at byte {at}, begins a section of another version than 1, which is not read",
        ),
        (bytes(64), "a block behind packet 2, at byte {at}, claims a length of 0, too little for what it is"),
    ],
)
def test_what_is_said_of_damage(bad: bytes, what: str) -> None:
    data = GOOD + bad + (b"" if "{end}" in what else enhanced(FRAMES[0]) + block(77, bytes(8)))
    found = read(data)
    assert len(found) == 2
    place = what.format(at=len(GOOD), end=len(data))
    assert texts(found) == [f"{place}; the 2 packets before it are shown"]


def test_only_the_first_damage_is_told() -> None:
    data = GOOD + changed(PACKET, 20, 400_000) + changed(PACKET, 8, 5) + changed(PACKET, 4, 8)
    assert len(texts(read(data))) == 1
    assert "claims a length of 400000" in texts(read(data))[0]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "not a pcapng capture"),
        (b"\n\r\r", "not a pcapng capture"),
        (b"\n\r\r\n", "the capture is cut off in its header, at byte 4"),
        (section()[:20], "the capture is cut off in its header, at byte 20"),
        (b"\n\r\r\nDear reader, this is a text", "byte order cannot be told"),
        (section(major=9), "its header, at byte 0, begins a section of another version than 1, which is not read"),
        (changed(section(), 4, 12), "its header, at byte 0, claims a length of 12, too little"),
    ],
)
def test_what_is_no_capture_that_can_be_read(data: bytes, what: str) -> None:
    with pytest.raises(OpenError, match=what):
        read(data)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["<", ">"]))
def test_any_bytes_behind_a_section(data: bytes, order: str) -> None:
    for start in (section(order), section(order) + interface(1, order)):
        found = read(start + data)
        assert (found.offset + found.captured <= len(start + data)).all()
        assert bool(found.troubles) or not data or len(data) >= 12


WORDS = st.sampled_from([0, 1, 2, 3, 4, 6, 10, 12, 20, 28, 32, 36, 0x0A0D0D0A, 0x1A2B3C4D, 0xFFFFFFFF])


@settings(max_examples=100, deadline=None)
@given(st.lists(WORDS, max_size=60), st.sampled_from(["<", ">"]))
def test_any_words_behind_a_section(words: list[int], order: str) -> None:
    data = section(order) + interface(1, order) + struct.pack(f"{order}{len(words)}I", *words)
    found = read(data)
    assert (np.diff(found.offset) > 0).all()
    assert (found.offset + found.captured <= len(data)).all()
