"""Packets grouped into flows: all packets between the same two endpoints, whichever way they go."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from parsers import budget
from parsers.capture import shared
from parsers.capture.abreast import abreast
from parsers.capture.grouping import Grouping, Sides
from parsers.capture.packets import Ints, Packets

ICMP: Final = 1
TCP: Final = 6
UDP: Final = 17
ICMP6: Final = 58

# The type that answers a type; a type that is not here has no answer and its second port is its code.
# Source: RFC 792, RFC 950, RFC 1256, RFC 4443, RFC 4861; Zeek, src/packet_analysis/protocol/icmp/ICMP.cc.
_ICMP_ANSWERS = ((8, 0), (13, 14), (15, 16), (10, 9), (17, 18))
_ICMP6_ANSWERS = ((128, 129), (133, 134), (135, 136), (130, 131), (139, 140), (144, 145))
_ONE_WAY = -1

# A shard has one part of the packets that are left of so many, where that is less than its size; but not much less.
_LEFT_PARTS = 8
_SMALLEST_PART = 4

# What a packet takes while all of them are grouped at once.
_GROUPING_BYTES = 100


def _counterparts(pairs: tuple[tuple[int, int], ...]) -> Ints:
    table = np.full(256, _ONE_WAY, np.int64)
    for request, reply in pairs:
        table[request], table[reply] = reply, request
    return table


_COUNTERPARTS = {ICMP: _counterparts(_ICMP_ANSWERS), ICMP6: _counterparts(_ICMP6_ANSWERS)}


def is_one_way(proto: int, kind: int) -> bool:
    """Whether a message of ICMP of this type has no answer; of other protocols there are none such."""
    table = _COUNTERPARTS.get(proto)
    return table is not None and table.item(kind & 0xFF) == _ONE_WAY


class Ends(NamedTuple):
    """A flow's two sides: that of its first packet's source (0), then that of its destination (1)."""

    addresses: tuple[str, str]
    ports: tuple[int, int]

    def is_broadcast(self, side: int) -> bool:
        return self.addresses[side] == "255.255.255.255"


class Shard(NamedTuple):
    """The flows from `first` to before `last`, and how many packets they hold."""

    first: int
    last: int
    packets: int


@dataclass(frozen=True)
class Flows:
    """Which packets belong together.

    order     int64  packets sorted by flow, each flow's packets in capture order
    bounds    int64  flow f is order[bounds[f]:bounds[f + 1]]
    pairs     int64  the flows at which another pair of addresses begins
    backward  bool   in `order`: sent by the other side than the flow's first packet
    sport, dport int64  of each flow's first packet: ports as conn.log has them (ICMP: type, and counterpart or code;
                        else 0)
    """

    order: Ints
    bounds: Ints
    pairs: Ints
    backward: npt.NDArray[np.bool_]
    sport: Ints
    dport: Ints

    def shards(self, size: int) -> list[Shard]:
        """Flows cut into shards of about `size` packets, never between the same two addresses.

        The last of several are smaller, so that all who work on them are done at about the same time.
        """
        starts = self.bounds[self.pairs]
        count = int(self.bounds[-1])
        least = size if count <= size else size // _SMALLEST_PART
        cuts = [0]
        while cuts[-1] < len(self.pairs):
            # At least one pair, and then as many as fit.
            begin = int(starts[cuts[-1]])
            room = min(max((count - begin) // _LEFT_PARTS, least), size)
            full = int(np.searchsorted(starts, begin + room, "left"))
            cuts.append(max(full, cuts[-1] + 1))
        ends = [int(self.pairs[cut]) if cut < len(self.pairs) else len(self.bounds) - 1 for cut in cuts]
        bounds = self.bounds
        return [Shard(first, last, int(bounds[last] - bounds[first])) for first, last in pairwise(ends)]

    def of_pairs(self, shard: Shard) -> list[range]:
        """The flows of a shard, those between the same two addresses together."""
        first, last = np.searchsorted(self.pairs, (shard.first, shard.last))
        starts = [*self.pairs[first:last].tolist(), shard.last]
        return [range(start, stop) for start, stop in pairwise(starts)]


def group(packets: Packets) -> Flows:
    """The packets of a capture by flow: address pair, IP protocol and ports.

    Flows between the same two addresses stand beside each other.
    Source: Zeek, src/packet_analysis/protocol/ip/conn_key/IPBasedConnKey.cc.
    """
    if _GROUPING_BYTES * len(packets) > budget.for_work():
        return _grouped_in_parts(packets)
    major, ports = np.empty((2, len(packets)), np.int64)
    swapped = np.empty(len(packets), np.bool_)

    def find_sides(part: slice) -> None:
        major[part], ports[part], swapped[part], _, _ = _sides(packets.take(part))

    # Some at a time: memory that was in use before costs less than fresh memory.
    abreast(find_sides, shared.blocks(len(packets)))
    key = _join(major, ports)
    order = shared.copied(np.argsort(key, kind="stable"))
    sorted_key = key[order]
    changes = np.flatnonzero(sorted_key[1:] != sorted_key[:-1]) + 1
    count = len(order)
    bounds = np.concatenate(([0], changes, [count])) if count else np.zeros(1, np.int64)
    firsts = order[bounds[:-1]]
    backward = shared.copied(swapped[order] != np.repeat(swapped[firsts], np.diff(bounds)))
    sport, dport, _ = _ports(packets.take(firsts))
    return Flows(order, bounds, _pairs(major[firsts]), backward, sport, dport)


def _grouped_in_parts(packets: Packets) -> Flows:
    """The same, and slower, some packets at a time."""
    found = Grouping(len(packets), lambda part: _sides(packets.take(part))).grouped()
    return Flows(found.order, found.bounds, _pairs(found.major), found.backward, found.sport, found.dport)


def _pairs(majors: Ints) -> Ints:
    """The flows at which another pair of addresses begins."""
    pair = majors >> 8
    return np.flatnonzero(np.append(True, pair[1:] != pair[:-1])) if len(pair) else pair


def _sides(packets: Packets) -> Sides:
    sport, dport, one_way = _ports(packets)
    here = (packets.src.astype(np.int64) << 16) | sport
    there = (packets.dst.astype(np.int64) << 16) | dport
    swapped = here > there
    low, high = np.minimum(here, there), np.maximum(here, there)
    addresses = max(len(packets.addresses), 1)
    pair = (low >> 16) * addresses + (high >> 16)
    ports = ((low & 0xFFFF) << 16) | (high & 0xFFFF)
    # An ICMP message that has no answer is a flow of its own for each direction; its type leaves the top bit free.
    ports |= (one_way & swapped).astype(np.int64) << 31
    swapped &= ~one_way
    return Sides(pair * 256 + packets.proto, ports, swapped, sport, dport)


def _ports(packets: Packets) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    proto = packets.proto
    sport, dport = packets.sport.astype(np.int64), packets.dport.astype(np.int64)
    one_way = np.zeros(len(packets), bool)
    for number, table in _COUNTERPARTS.items():
        (rows,) = np.nonzero(proto == number)
        if len(rows):
            answer = table[sport[rows] & 0xFF]
            one_way[rows] = answer == _ONE_WAY
            dport[rows] = np.where(answer == _ONE_WAY, dport[rows], answer)
    portless = (proto != TCP) & (proto != UDP) & (proto != ICMP) & (proto != ICMP6)
    if portless.any():
        sport[portless] = dport[portless] = 0
    return sport, dport, one_way


def _join(major: Ints, ports: Ints) -> Ints:
    """One number for each combination, in the order of major numbers, then of ports."""
    if len(major) and int(major.max()) >= 1 << 31:
        major = _ranked(major)
    joined: Ints = (major << 32) | ports
    return joined


def _ranked(values: Ints) -> Ints:
    """The place of each value among all that there are, in their order; few of many values, so that none is sorted."""
    encoded = pa.array(values).dictionary_encode()
    order = np.argsort(encoded.dictionary.to_numpy())
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    places: Ints = rank[encoded.indices.to_numpy()]
    return places
