"""The pcap file: where each packet lies in it.

Source: draft-ietf-opsawg-pcap (the file format); the bounds are those of libpcap's sf-pcap.c.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress

import numpy as np

from parsers.capture import shared
from parsers.capture.formats.index import Format, Index, Ints
from parsers.capture.formats.pcap_header import HEADER_BYTES, MAGICS, Header, header
from parsers.capture.formats.records import chain, gathered, whole
from parsers.capture.headers import gather

_NAMES = ("seconds", "fraction", "captured", "wire")


def index(data: memoryview) -> Index:
    """Walk the record headers; what is wrong with them ends the walk and is told in `troubles`.

    OpenError where the file header cannot be read.
    """
    head = header(data)
    at = _records(data, head)
    layout = np.dtype([(name, head.order + "u4") for name in (*_NAMES[:2], *(head.lengths or _NAMES[2:]))])
    octets = np.frombuffer(data, np.uint8)
    ts, offset, lengths, wire = (shared.column(len(at), np.int64) for _ in range(4))
    for part in shared.blocks(len(at)):
        records = gather(octets, at[part], layout)
        seconds, fraction, captured, whole_length = (records[name].astype(np.int64) for name in _NAMES)
        if head.lengths is None:
            captured, whole_length = np.minimum(captured, whole_length), np.maximum(captured, whole_length)
        # A fraction of more than a second is added, as libpcap's users do with what it hands on.
        ts[part] = seconds * 1_000_000_000 + fraction * head.unit
        offset[part], lengths[part], wire[part] = at[part] + head.record, captured, whole_length
    link = shared.repeated(np.int64(head.link), len(at))
    found = whole(data, HEADER_BYTES, Index(ts, offset, lengths, wire, link, frozenset((head.link,)), []), at)
    # A packet may be longer than the capture's own bound: readers cut it there, as libpcap does.
    np.minimum(found.captured, head.longest, out=found.captured)
    return found


def _records(data: memoryview, head: Header) -> Ints:
    """Where each record begins."""
    if head.lengths is None:
        return gathered(_by_the_lesser(data, head))
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


FORMAT: Format = Format("pcap", tuple(MAGICS), index)
