"""The link-layer addresses of connections: those of the frame that each one's first packet came in.

Whose address is whose as in Zeek: policy/protocols/conn/mac-logging.zeek, src/Conn.cc.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from parsers.capture import vendors
from parsers.capture.formats.index import Index
from parsers.capture.frames import Frames
from parsers.capture.headers import Ints
from parsers.capture.links.addresses import Words, addresses
from parsers.capture.links.layer import ETHERNET, NOTHING
from parsers.schema import REPEATED

# A connection's first packet: its place in the capture, the encapsulation that it came in (-1 for none), and whether it
# is the responder who sent it.
Origin: TypeAlias = tuple[int, int, bool]

# How many columns of conn.log these are.
_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class Origins:
    """Where the frames of a capture lie, so that none of their addresses are kept for each packet.

    `inner` are the Ethernet frames inside tunnels, sorted by `_key`; `inner_at` are their places, which count through
    `data` and then `extra`.
    """

    index: Index
    inner: Ints
    inner_at: Ints
    data: memoryview
    extra: bytes

    def columns(self, origins: Sequence[Origin]) -> list[pa.Array]:
        """For conn.log: orig_l2_addr, resp_l2_addr, orig_vendor, resp_vendor of each."""
        number, parent, answers = (np.array(cells) for cells in zip(*origins, strict=True))
        source, target = self._addresses(number, parent)
        orig, orig_vendor = _texts(np.where(answers, target, source))
        resp, resp_vendor = _texts(np.where(answers, source, target))
        return [orig, resp, orig_vendor, resp_vendor]

    def _addresses(self, number: Ints, parent: Ints) -> tuple[Words, Words]:
        link, at = self.index.link[number], self.index.offset[number]
        within = np.flatnonzero(parent >= 0)
        if len(within):
            link[within], at[within] = self._inside(_key(number[within], parent[within]))
        source, target = np.zeros((2, len(number)), np.uint64)
        edge = len(self.data)
        for rows, octets, base in (
            (np.flatnonzero(at < edge), self.data, 0),
            (np.flatnonzero(at >= edge), self.extra, edge),
        ):
            found = addresses(np.frombuffer(octets, np.uint8), link[rows], at[rows] - base)
            source[rows], target[rows] = found
        return source, target

    def _inside(self, keys: Ints) -> tuple[Ints, Ints]:
        """Link types and places of frames in tunnels; of NOTHING where a tunnel holds packets without addresses."""
        if not len(self.inner):
            return np.full(len(keys), NOTHING), np.zeros_like(keys)
        place = np.minimum(np.searchsorted(self.inner, keys), len(self.inner) - 1)
        return np.where(self.inner[place] == keys, ETHERNET, NOTHING), self.inner_at[place]


def unknown(count: int) -> list[pa.Array]:
    """The same columns of so many connections whose frames are not known."""
    return [pa.nulls(count, REPEATED)] * _COLUMNS


def origins(index: Index, depths: Sequence[Frames], data: memoryview, extra: bytes) -> Origins:
    """The origins of a capture's packets; `depths` are the frames inside them, of one depth each."""
    ethernet = [(frames, frames.link == ETHERNET) for frames in depths]
    none = np.zeros(0, np.int64)
    keys = np.concatenate([none, *(_key(frames.number[some], frames.parent[some]) for frames, some in ethernet)])
    at = np.concatenate([none, *(frames.at[some] for frames, some in ethernet)])
    order = np.argsort(keys, kind="stable")
    return Origins(index, keys[order], at[order], data, extra)


def _key(number: Ints, parent: Ints) -> Ints:
    """A packet inside another one is known by that and by what encloses it."""
    return number << 32 | parent


def _texts(words: Words) -> tuple[pa.Array, pa.Array]:
    """Addresses as text, and who made what has them."""
    some, places = np.unique(words, return_inverse=True)
    texts = [f"{word:012x}" if word else None for word in some.tolist()]
    shown = [text and ":".join(text[place : place + 2] for place in range(0, 12, 2)) for text in texts]
    made = [None if text is None else vendors.vendor(text) for text in texts]
    return pa.array(shown, REPEATED).take(pa.array(places)), pa.array(made, REPEATED).take(pa.array(places))
