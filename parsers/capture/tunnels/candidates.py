"""The packets of one depth that a tunnel protocol may look into, found by columns: most captures have none."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from parsers.capture.headers import IGMP, UDP, Ints
from parsers.capture.store import Store
from parsers.capture.tunnels.reading import Bools, Payloads
from parsers.capture.tunnels.registry import TUNNELS

# Columns of packets, by name.
Columns: TypeAlias = Mapping[str, npt.NDArray[Any]]
# Places in TUNNELS and 1; 0 for no tunnel.
Kinds: TypeAlias = npt.NDArray[np.uint8]

AT_PORT: Kinds = np.zeros(1 << 16, np.uint8)
for _place, _protocol in enumerate(TUNNELS):
    AT_PORT[list(_protocol.ports)] = _place + 1
_NUMBERS = sorted(number for protocol in TUNNELS for number in protocol.numbers)


def candidates(blocks: Sequence[Columns], store: Store) -> tuple[dict[str, npt.NDArray[Any]], Kinds]:
    """The columns of those packets, and of all others of the connections that they are of; they come in blocks.

    With them the tunnel protocol that each one shows by its content, if it is UDP.
    """
    found = [_of_block(block, store) for block in blocks]
    hits = [_endpoints(block, udp[hit]) for block, (_, udp, _, hit) in zip(blocks, found, strict=True)]
    endpoints = np.unique(np.concatenate(hits))
    kept, contents = [], []
    for block, (others, udp, content, _) in zip(blocks, found, strict=True):
        near = np.flatnonzero(np.isin(_endpoints(block, udp), endpoints)) if len(endpoints) else np.zeros(0, np.int64)
        rows = np.concatenate((others, udp[near]))
        order = np.argsort(rows, kind="stable")
        kept.append(rows[order])
        contents.append(np.concatenate((np.zeros(len(others), np.uint8), content[near]))[order])
    columns = {
        name: np.concatenate([block[name][rows] for block, rows in zip(blocks, kept, strict=True)])
        for name in blocks[0]
    }
    return columns, np.concatenate(contents)


def _of_block(block: Columns, store: Store) -> tuple[Ints, Ints, Kinds, Bools]:
    """The packets that count whatever connection they are of; UDP's, what each one shows, which of them count."""
    proto = block["proto"]
    others = (proto == IGMP) & (block["parent"] >= 0)
    for number in _NUMBERS:
        others |= proto == number
    udp = np.flatnonzero(proto == UDP)
    content = _by_content(block, udp, store)
    hit = (content > 0) | (AT_PORT[block["sport"][udp]] > 0) | (AT_PORT[block["dport"][udp]] > 0)
    return np.flatnonzero(others), udp, content, hit


def _by_content(block: Columns, rows: Ints, store: Store) -> Kinds:
    """The tunnel protocol that each of these datagrams shows."""
    size = block["captured"][rows].astype(np.int64)
    payloads = Payloads(store, block["offset"][rows], size, block["proto"][rows], np.zeros(len(rows), np.bool_))
    found = np.zeros(len(rows), np.uint8)
    for place, protocol in reversed(list(enumerate(TUNNELS))):
        if protocol.detect is not None:
            found[protocol.detect(payloads)] = place + 1
    return found


def _endpoints(block: Columns, rows: Ints) -> npt.NDArray[np.uint64]:
    """One number for the two endpoints of each datagram, whichever way it goes.

    Other endpoints may share it: then more packets are looked at, and nothing comes of it.
    """
    here = block["src"][rows].astype(np.uint64) << np.uint64(16) | block["sport"][rows]
    there = block["dst"][rows].astype(np.uint64) << np.uint64(16) | block["dport"][rows]
    both: npt.NDArray[np.uint64] = here + there
    return both
