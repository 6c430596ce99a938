"""The pcap file: where each packet lies in it.

Source: draft-ietf-opsawg-pcap (the file format); the bounds are those of libpcap's sf-pcap.c.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice

import numpy as np

from parsers import limits
from parsers.capture.formats.index import Format, Index, Ints
from parsers.capture.formats.pcap_header import HEADER_BYTES, MAGICS, Header, header
from parsers.capture.formats.records import chain, whole
from parsers.capture.headers import gather

_NAMES = ("seconds", "fraction", "captured", "wire")


def index(data: memoryview) -> Index:
    """Walk the record headers; what is wrong with them ends the walk and is told in `troubles`.

    OpenError where the file header cannot be read.
    """
    head = header(data)
    at = _records(data, head)
    layout = np.dtype([(name, head.order + "u4") for name in (*_NAMES[:2], *(head.lengths or _NAMES[2:]))])
    records = gather(np.frombuffer(data, np.uint8), at, layout)
    seconds, fraction, captured, wire = (records[name].astype(np.int64) for name in _NAMES)
    if head.lengths is None:
        captured, wire = np.minimum(captured, wire), np.maximum(captured, wire)
    offset = at + head.record
    # A fraction of more than a second is added, as libpcap's users do with what it hands on.
    ts = seconds * 1_000_000_000 + fraction * head.unit
    found = Index(ts, offset, captured, wire, np.full(len(at), head.link, np.int64), frozenset((head.link,)), [])
    found = whole(data, HEADER_BYTES, found, at, offset + captured)
    # A packet may be longer than the capture's own bound: readers cut it there, as libpcap does.
    return replace(found, captured=np.minimum(found.captured, head.longest))


def _records(data: memoryview, head: Header) -> Ints:
    """Where each record begins."""
    if head.lengths is None:
        return np.fromiter(islice(_by_the_lesser(data, head), limits.CAPTURE_PACKETS + 1), np.int64)
    place = 8 + 4 * head.lengths.index("captured")
    return chain(data, HEADER_BYTES, struct.Struct(head.order + "I"), place, head.record)


def _by_the_lesser(data: memoryview, head: Header) -> Iterator[int]:
    """The same where the lengths stand in either order: no more can be captured than was on the wire."""
    lengths = struct.Struct(head.order + "II").unpack_from
    at = HEADER_BYTES
    with suppress(struct.error):
        while True:
            shorter = min(lengths(data, at + 8))
            yield at
            at += head.record + shorter


FORMAT = Format("pcap", tuple(MAGICS), index)
