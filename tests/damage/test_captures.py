"""Captures that are damaged: what lies before is shown, what can be seen is told, nothing else changes."""

import bz2
import gzip
import lzma
import struct
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from parsers.capture.decoding import decode
from parsers.capture.formats.index import Index
from parsers.capture.formats.registry import index
from parsers.capture.packets import Packets
from tests.damage.reading import Found, read
from tests.damage.variants import Variant, variants
from tui.exit_status import DONE, NOTHING, PARTLY
from tui.options import demo

PCAP = demo().read_bytes()
EACH = 24
# A connection as both of its directions are called: addresses and ports, the smaller end first.
Ends = tuple[tuple[str, int], tuple[str, int]]


def as_pcapng(capture: bytes) -> bytes:
    """The same packets as enhanced packet blocks of one interface."""
    found = index(memoryview(capture))
    blocks = [
        struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28),
        struct.pack("<IIHHII", 1, 20, 1, 0, 0, 20),
    ]
    columns = (found.ts // 1000, found.offset, found.captured, found.wire)
    for ts, at, captured, wire in zip(*(column.tolist() for column in columns), strict=True):
        body = capture[at : at + captured] + bytes(-captured % 4)
        size = 32 + len(body)
        blocks.append(struct.pack("<IIIIIII", 6, size, 0, ts >> 32, ts & 0xFFFFFFFF, captured, wire) + body)
        blocks.append(struct.pack("<I", size))
    return b"".join(blocks)


PLAIN = {"pcap": PCAP, "pcapng": as_pcapng(PCAP)}
PACKED: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    "gzip": (gzip.compress, lambda data: zlib.decompressobj(31).decompress(data)),
    "bzip2": (bz2.compress, lambda data: bz2.BZ2Decompressor().decompress(data)),
    "xz": (lzma.compress, lambda data: lzma.LZMADecompressor().decompress(data)),
}


@cache
def whole(form: str) -> tuple[Index, Packets]:
    data = memoryview(PLAIN[form])
    found = index(data)
    return found, decode(found, data)


@cache
def expected() -> Found:
    return read(demo())


def ends(found: Packets, place: int) -> Ends:
    one = found.addresses[found.src[place]], int(found.sport[place])
    other = found.addresses[found.dst[place]], int(found.dport[place])
    return (one, other) if one < other else (other, one)


def uids(found: Found, wanted: Callable[[Ends], bool]) -> set[str]:
    """The uids of the TCP and UDP connections whose ends are wanted."""
    rows = [row for row in found.tables["conn"].to_pylist() if row["proto"] != "icmp"]
    chosen = set()
    for row in rows:
        one, other = (row["id.orig_h"], row["id.orig_p"]), (row["id.resp_h"], row["id.resp_p"])
        if wanted((one, other) if one < other else (other, one)):
            chosen.add(row["uid"])
    return chosen


def connections_before(form: str, place: int) -> set[Ends]:
    """The connections of which every packet lies before a place in the capture."""
    located, found = whole(form)
    last = (located.offset + located.captured)[found.number]
    touched = {ends(found, row) for row in np.flatnonzero(last > place).tolist()}
    return {ends(found, row) for row in range(len(found))} - touched


def connection_of_payload(form: str, place: int) -> Ends | None:
    """The connection whose payload a byte of the capture is part of."""
    _, found = whole(form)
    inside = np.flatnonzero((found.offset <= place) & (place < found.offset + found.captured))
    return ends(found, int(inside[0])) if len(inside) else None


def check_what_was_said(found: Found, path: Path) -> None:
    for text in found.said:
        assert text.startswith(f"{path}: ")
        assert "\n" not in text
    if found.status == NOTHING:
        assert not found.tables.get("conn")
        assert found.said


def damaged(form: str) -> list[object]:
    data, heads = PLAIN[form], (whole(form)[0].offset - 32).tolist()
    return [pytest.param(form, variant, id=f"{form}-{variant}") for variant in variants(data, EACH, len(form), heads)]


@pytest.mark.parametrize(("form", "variant"), [*damaged("pcap"), *damaged("pcapng")])
def test_rows_before_the_damage_and_of_other_connections_stay(form: str, variant: Variant, tmp_path: Path) -> None:
    path = tmp_path / f"damaged.{form}"
    path.write_bytes(variant.data)
    found = read(path)
    check_what_was_said(found, path)
    good = expected()
    rows, good_rows = found.by_uid(), good.by_uid()
    payload = connection_of_payload(form, variant.at) if variant.kind == "flipped" else None
    if payload is not None:
        assert found.status == DONE, found.said
        kept = uids(good, lambda one: one != payload)
    else:
        # A piece that comes twice brings packets twice: their connections go on after the damage.
        place = variant.at if variant.kind != "doubled" else variant.at - 3000
        before = connections_before(form, max(place, 0))
        kept = uids(good, lambda one: one in before)
    assert {uid: rows.get(uid) for uid in kept} == {uid: good_rows[uid] for uid in kept}
    if variant.kind == "cut":
        located, _ = whole(form)
        edges = {0, *(located.offset + located.captured).tolist()} if form == "pcap" else set()
        told = any("byte" in text for text in found.said)
        assert found.status in ((PARTLY, NOTHING) if variant.at not in edges else (DONE,))
        assert told or variant.at in edges


@pytest.mark.parametrize("packer", PACKED)
@pytest.mark.parametrize("number", range(EACH))
def test_a_packed_capture_shows_what_can_be_unpacked_of_it(packer: str, number: int, tmp_path: Path) -> None:
    pack, unpack = PACKED[packer]
    variant = list(variants(pack(PCAP), EACH, len(packer)))[number]
    path = tmp_path / "damaged.pcap"
    path.write_bytes(variant.data)
    found = read(path)
    check_what_was_said(found, path)
    assert found.status in (PARTLY, NOTHING)
    assert any("byte" in text for text in found.said)
    if variant.kind == "cut":
        place = len(unpack(variant.data))
        before = connections_before("pcap", place)
        good = expected()
        kept = uids(good, lambda one: one in before)
        rows, good_rows = found.by_uid(), good.by_uid()
        assert {uid: rows.get(uid) for uid in kept} == {uid: good_rows[uid] for uid in kept}
