import os
from collections.abc import Sequence

import numpy as np
import pytest

from parsers import limits
from parsers.capture import blocks, halves
from parsers.capture.decoding import decode
from parsers.capture.formats.registry import index
from parsers.capture.packets import COLUMNS, Packets
from tests.parsers.capture.build import ethernet, ipv4, payloads, pcap, udp

DATAGRAM = udp(bytes(range(64)))
FORMER, LATTER = (0, DATAGRAM[:24], True), (24, DATAGRAM[24:], False)


@pytest.fixture(autouse=True)
def _blocks_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1})
    monkeypatch.setattr(blocks, "SIZE", 2)


def plain(host: int) -> bytes:
    return ethernet(ipv4(udp(b"x" * host), src=f"10.0.0.{host}"))


def piece(part: tuple[int, bytes, bool], identification: int = 1) -> bytes:
    offset, payload, more = part
    return ethernet(ipv4(payload, offset=offset, more=more, identification=identification))


def in_halves(frames: Sequence[bytes], *, times: Sequence[int] = (), checksums: bool = False) -> Packets:
    """The packets that two processes decode; they are the same that one does."""
    data = memoryview(pcap(frames, times=times))
    found = decode(index(data), data, checksums=checksums, alone=False)
    alone = decode(index(data), data, checksums=checksums)
    for name in COLUMNS:
        assert np.array_equal(getattr(found, name), getattr(alone, name)), name
    for name in ("addresses", "extra", "weirds", "bad_headers"):
        assert getattr(found, name) == getattr(alone, name), name
    return found


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How long the blocks were that came from another process."""
    sizes: list[int] = []
    move = halves._moved

    def note(block: dict[str, np.ndarray], *rest: object) -> object:
        sizes.append(len(block["number"]))
        return move(block, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(halves, "_moved", note)
    return sizes


def test_the_latter_half_comes_from_another_process(moved: list[int]) -> None:
    found = in_halves([plain(host) for host in (1, 2, 3, 4, 2, 1, 6, 7, 7)])
    assert moved == [2, 2, 1]
    assert [len(payload) for payload in payloads(found)] == [1, 2, 3, 4, 2, 1, 6, 7, 7]


@pytest.mark.parametrize("count", range(5))
def test_captures_that_have_hardly_two_halves(count: int) -> None:
    assert len(in_halves([plain(1)] * count)) == count


def test_datagrams_that_are_put_together_in_either_half(moved: list[int]) -> None:
    frames = [piece(FORMER), piece(LATTER), plain(1), plain(2), piece(LATTER), piece(FORMER), plain(3)]
    found = in_halves(frames)
    assert moved == [1, 1]
    assert payloads(found) == [bytes(range(64)), b"x", b"xx", bytes(range(64)), b"xxx"]


def test_a_datagram_that_crosses_the_middle(moved: list[int]) -> None:
    found = in_halves([plain(1), piece(FORMER), piece(LATTER), plain(2)])
    assert not moved
    assert payloads(found) == [b"x", bytes(range(64)), b"xx"]


def test_a_datagram_that_is_given_up_before_another_of_its_name_begins(moved: list[int]) -> None:
    frames = [plain(1), piece(FORMER), piece(LATTER), piece(FORMER)]
    over = 1 + limits.FRAGMENT_TIMEOUT // 10**9
    assert payloads(in_halves(frames, times=[1, 1, over - 1, over])) == [b"x", bytes(range(64))]
    assert not moved
    assert payloads(in_halves(frames, times=[1, 1, over, over])) == [b"x", bytes(range(64))]
    assert moved


@pytest.mark.parametrize("bound", ["WAITING_DATAGRAMS", "WAITING_FRAGMENTS"])
def test_where_too_much_may_wait_nothing_is_left_to_chance(
    bound: str, moved: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = [piece(FORMER, 1), piece(FORMER, 2), piece(FORMER, 3), piece(FORMER, 4), piece(LATTER, 3), plain(1)]
    in_halves(frames)
    assert moved
    moved.clear()
    monkeypatch.setattr(limits, bound, 2)
    in_halves(frames)
    assert not moved


def test_what_is_weird_in_the_latter_half(moved: list[int]) -> None:
    nobody = ethernet(b"\x65" + ipv4(udp(b""))[1:])
    cut = ethernet(ipv4(b"1234567", src="10.9.9.9"))
    frames = [plain(1), cut, plain(2), plain(3), nobody, cut, plain(4), plain(5)]
    assert len(in_halves(frames).weirds) == 3
    assert moved == [0, 2]
    assert in_halves(frames, checksums=True).bad_headers == 7
