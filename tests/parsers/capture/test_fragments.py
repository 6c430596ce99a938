import struct
from itertools import permutations

import pytest

from parsers import limits
from parsers.capture.fragments import Fragment, Reassembly
from parsers.capture.store import Store
from tests.parsers.capture.build import CLIENT6, ethernet, fragment6, ipv4, ipv6, packets, payloads, udp

DATAGRAM = udp(bytes(range(64)))
PIECES = [(0, DATAGRAM[:24], True), (24, DATAGRAM[24:48], True), (48, DATAGRAM[48:], False)]
HEADER = ipv4(b"")
STORE = Store(memoryview(bytes(range(256)) * 256))


def no_tell(name: str) -> None:
    """Nobody listens."""


def frames4(pieces: list[tuple[int, bytes, bool]], identification: int = 1) -> list[bytes]:
    return [ethernet(ipv4(p, offset=o, more=m, identification=identification)) for o, p, m in pieces]


@pytest.mark.parametrize("order", permutations(range(3)))
def test_a_datagram_is_joined_in_any_order(order: tuple[int, ...]) -> None:
    found = packets(frames4([PIECES[i] for i in order]))
    assert payloads(found) == [bytes(range(64))]
    assert found.number.tolist() == [2]
    assert found.ip_len.tolist() == [20 + len(DATAGRAM)]
    assert (found.sport[0], found.dport[0], found.length[0]) == (5000, 53, 64)


def test_fragments_of_other_datagrams_are_told_apart() -> None:
    mixed = [frame for pair in zip(frames4(PIECES), frames4(PIECES, 2), strict=True) for frame in pair]
    assert payloads(packets(mixed)) == [bytes(range(64))] * 2


def test_what_came_first_stays_where_two_overlap() -> None:
    other = bytes(40)
    pieces = [(24, DATAGRAM[24:48], True), (16, other, True), (0, DATAGRAM[:24], True), (48, b"!" * 24, False)]
    joined = DATAGRAM[:16] + other[:8] + DATAGRAM[24:48] + other[-8:] + b"!" * 16
    assert payloads(packets(frames4(pieces))) == [joined[8:]]


def test_a_last_fragment_that_came_twice_makes_the_datagram_longer() -> None:
    pieces = [(48, DATAGRAM[48:], False), (0, DATAGRAM[:48], True)]
    assert payloads(packets(frames4(pieces))) == [bytes(range(64))]
    longer = [(24, b"a" * 8, False), (24, b"b" * 24, False), (0, DATAGRAM[:24], True)]
    assert payloads(packets(frames4(longer))) == [DATAGRAM[8:24] + b"a" * 8 + b"b" * 16]


def test_bytes_beyond_a_hole_behind_the_end_are_left() -> None:
    beyond, last, first = (80, b"z" * 8, True), (24, DATAGRAM[24:32], False), (0, DATAGRAM[:24], True)
    assert payloads(packets(frames4([beyond, last, first]))) == [DATAGRAM[8:32]]
    # Behind the last one it means that the datagram is longer than that one said.
    assert payloads(packets(frames4([last, beyond, first]))) == []


def test_a_missing_fragment_gives_no_row() -> None:
    assert len(packets(frames4(PIECES[:2]))) == 0
    assert len(packets(frames4(PIECES[1:]))) == 0


def test_a_datagram_is_given_up_after_its_time() -> None:
    assert len(packets(frames4(PIECES), step=149)) == 1
    assert len(packets(frames4(PIECES), step=150)) == 0


def test_a_first_fragment_that_was_cut_is_shown_for_itself() -> None:
    frame = frames4(PIECES)[0]
    found = packets([frame[:-4]], wire=len(frame))
    assert (found.length.tolist(), found.captured.tolist()) == ([64], [12])
    frame = frames4(PIECES)[1]
    assert len(packets([frame[:-4]], wire=len(frame))) == 0


def test_a_datagram_too_long_for_its_length_field() -> None:
    pieces = [(0, bytes(65_000), True), (65_000, bytes(1000), False)]
    found = packets(frames4(pieces))
    assert len(found) in (0, 1)
    assert all(len(payload) < 1000 for payload in payloads(found))


def test_ipv6_fragments_take_the_protocol_of_the_first() -> None:
    pieces = [(24, DATAGRAM[24:], False, 6), (0, DATAGRAM[:24], True, 17)]
    found = packets([ethernet(ipv6(fragment6(p, o, more=m, following=f), 44)) for o, p, m, f in pieces])
    assert payloads(found) == [bytes(range(64))]
    assert found.proto.tolist() == [17]
    assert found.ip_len.tolist() == [40 + len(DATAGRAM)]


def test_ipv6_headers_before_and_after_the_fragment_header() -> None:
    hop = struct.pack(">BBHI", 44, 0, 0x0104, 0)
    options = struct.pack(">BBHI", 17, 0, 0x0104, 0)
    whole = options + DATAGRAM
    found = packets(
        [ethernet(ipv6(hop + fragment6(whole[i : i + 40], i, more=i == 0, following=60), 0)) for i in (0, 40)]
    )
    assert payloads(found) == [bytes(range(64))]
    assert found.ip_len.tolist() == [40 + 8 + len(whole)]
    assert found.addresses[found.src[0]] == CLIENT6


def test_an_ipv6_packet_that_is_its_only_fragment() -> None:
    found = packets([ethernet(ipv6(fragment6(DATAGRAM, 0, more=False), 44))])
    assert payloads(found) == [bytes(range(64))]
    assert found.ip_len.tolist() == [40 + len(DATAGRAM)]


def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    reassembly = Reassembly(STORE.slice)
    monkeypatch.setattr(limits, "WAITING_DATAGRAMS", 10)
    for i in range(50):
        assert reassembly.add(bytes([i]), Fragment(HEADER, 17, 8, True, 0, 8, 28), 0, no_tell) is None
    assert len(reassembly._waiting) <= 11
    monkeypatch.setattr(limits, "WAITING_FRAGMENTS", 20)
    for i in range(200):
        reassembly.add(b"x", Fragment(HEADER, 17, 16 + 16 * i, True, 0, 8, 28), 0, no_tell)
    assert reassembly._pieces <= 21
    assert reassembly._pieces == sum(len(d.pieces) for d in reassembly._waiting.values())


def test_many_small_fragments_do_not_take_long() -> None:
    reassembly = Reassembly(STORE.slice)
    places = range(0, 65_528, 16)
    whole = None
    for place in [*places, *(p + 8 for p in reversed(places))]:
        whole = reassembly.add(b"", Fragment(HEADER, 17, place, place != 65_520, place, 8, 28), 0, no_tell)
    assert whole is not None
    assert whole.payload(STORE.slice) == bytes(range(256)) * 256
