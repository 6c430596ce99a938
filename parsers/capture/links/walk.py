"""From a frame's first byte to its IP packets, header by header, all frames at once."""

from typing import TYPE_CHECKING

import numpy as np

from parsers import limits
from parsers.capture.headers import Ints, Octets
from parsers.capture.links.checks import CHECKS
from parsers.capture.links.ieee802_11 import aggregated
from parsers.capture.links.layer import BACKBONE, ETHERNET, IP, NOTHING, SEVERAL, VLAN, VNTAG
from parsers.capture.links.registry import LAYERS

if TYPE_CHECKING:
    from parsers.capture.packet_weirds import Oddities

# Zeek keeps two VLAN tags of a frame.
_TAGS = 3
_OVERWRITTEN = "inner VLAN tag overwritten"
# Headers that may be inside others of their kind, which Zeek counts, and its names for them.
_NESTED = {ETHERNET: "ETHERNET", BACKBONE: "PBB", VLAN: "VLAN", VNTAG: "VNTAG"}


def ip_packets(
    octets: Octets, link: Ints, offset: Ints, captured: Ints, oddities: "Oddities"
) -> tuple[Ints, Ints, Ints]:
    """The IP packets of frames: the row of the frame that each came from, where it begins, its captured bytes (> 0).

    `link`, `offset` and `captured` are the frames' link types, places and lengths. The rows ascend; a row is missing
    where a frame has no IP packet or is of a link type that is not read, and comes again for a frame that has several.
    What is weird in the frames is told to `oddities`, by their rows.
    """
    layer, at, end = _walk(octets, link, offset.copy(), offset + captured, oddities)
    rows = _found(layer, IP, at, end)
    oddities.tell(np.flatnonzero((layer == IP) & (at >= end) & (captured > 0)), "truncated_IP", "IP")
    several = _found(layer, SEVERAL, at, end)
    if not len(several):
        return rows, at[rows], (end - at)[rows]
    of, begin, until = aggregated(octets, at[several], end[several])
    inside = oddities.of(several[of])
    layer, begin, until = _walk(octets, np.full(len(of), ETHERNET), begin, until, inside)
    inner = _found(layer, IP, begin, until)
    at, end = np.concatenate((at[rows], begin[inner])), np.concatenate((end[rows], until[inner]))
    rows = np.concatenate((rows, several[of[inner]]))
    order = np.argsort(rows, kind="stable")
    return rows[order], at[order], (end - at)[order]


def _found(layer: Ints, what: int, at: Ints, end: Ints) -> Ints:
    return np.flatnonzero((layer == what) & (at < end))


def _walk(octets: Octets, layer: Ints, at: Ints, end: Ints, oddities: "Oddities") -> tuple[Ints, Ints, Ints]:
    """Which layer each frame leads to, IP or SEVERAL where it could be read that far; where it begins and ends."""
    layer, at, end = _step(octets, layer, at, end, oddities)
    tags = None
    for read in range(1, limits.LINK_HEADERS + 1):
        # A header that would begin at the end is one that is cut off.
        rows = np.flatnonzero(((layer < SEVERAL) | (layer > NOTHING)) & (at <= end))
        if not len(rows):
            break
        tagged = rows[layer[rows] == VLAN]
        if len(tagged):
            tags = np.zeros(len(layer), np.uint8) if tags is None else tags
            tags[tagged] += 1
            many = tagged[tags[tagged] >= _TAGS]
            oddities.tell(many, "triple_tagged_vlan_unsupported", "VLAN", addl=[_OVERWRITTEN] * len(many))
        outer = layer[rows]
        layer[rows], at[rows], end[rows] = _step(octets, outer, at[rows], end[rows], oddities.of(rows))
        if read + 1 == limits.LINK_HEADERS:
            for kind, name in _NESTED.items():
                deep = rows[(outer == kind) & (layer[rows] != NOTHING)]
                oddities.tell(deep, "max_packet_analyzer_depth_exceeded", name)
                layer[deep] = NOTHING
    return layer, at, end


def _step(octets: Octets, layer: Ints, at: Ints, end: Ints, oddities: "Oddities") -> tuple[Ints, Ints, Ints]:
    """One header of each frame; the columns that come back may be written to, as those that are given."""
    following = np.full(len(layer), NOTHING)
    # Nearly always there is one kind: nothing is sorted or gathered then.
    same = len(layer) > 0 and bool((layer == layer[0]).all())
    for kind in [int(layer[0])] if same else np.unique(layer).tolist():
        here = slice(None) if same else np.flatnonzero(layer == kind)
        if kind not in LAYERS:
            continue
        found = LAYERS[kind](octets, at[here], end[here])
        following[here] = found[0]
        if kind in CHECKS:
            for finding in CHECKS[kind](octets, at[here], end[here], following[here]):
                rows = np.flatnonzero(finding.where)
                rows = rows if isinstance(here, slice) else here[rows]
                oddities.tell(rows, finding.name, finding.analyzer, addl=finding.addl, anywhere=finding.anywhere)
                if finding.stops:
                    following[rows] = NOTHING
        at[here], end[here] = found[1:]
    return following, at, end
