"""The snoop file of Solaris: its header, and where each packet lies in it.

Source: RFC 1761; IANA's snoop datalink types.
"""

import struct

import numpy as np

from parsers.capture.formats.index import Format, Index
from parsers.capture.formats.records import chain, whole
from parsers.capture.headers import gather
from parsers.updates import OpenError

_MAGIC = b"snoop\0\0\0"
_HEADER_BYTES, _RECORD_BYTES = 16, 24
_RECORD = np.dtype([(name, ">u4") for name in ("wire", "captured", "length", "drops", "seconds", "microseconds")])
_LENGTH, _LENGTH_PLACE = struct.Struct(">I"), 8
# Datalink types and the link types that stand for them: IEEE 802.3 and Ethernet, token ring, FDDI, loopback, IP over
# Fibre Channel, ATM.
_LINKS = {0: 1, 4: 1, 2: 6, 8: 10, 14: 0, 16: 122, 18: 123}


def index(data: memoryview) -> Index:
    """Walk the records; what is wrong with them ends the walk and is told in `troubles`.

    OpenError where the header cannot be read, or where no link type stands for its datalink type.
    """
    link = _link(bytes(data[:_HEADER_BYTES]))
    at = chain(data, _HEADER_BYTES, _LENGTH, _LENGTH_PLACE, least=_RECORD_BYTES)
    records = gather(np.frombuffer(data, np.uint8), at, _RECORD)
    column = {name: records[name].astype(np.int64) for name in _RECORD.names or ()}
    found = Index(
        ts=column["seconds"] * 1_000_000_000 + column["microseconds"] * 1000,
        offset=at + _RECORD_BYTES,
        captured=column["captured"],
        wire=column["wire"],
        link=np.full(len(at), link, np.int64),
        links=frozenset((link,)),
        troubles=[],
    )
    return whole(data, _HEADER_BYTES, found, at, ends=at + column["length"])


def _link(first: bytes) -> int:
    """The link type of all packets, from the header."""
    if not first.startswith(_MAGIC):
        raise OpenError("not a snoop capture")
    if len(first) < _HEADER_BYTES:
        raise OpenError(f"the capture is cut off in its header, at byte {len(first)}")
    version, datalink = struct.unpack(">8xII", first)
    if version != 2:
        raise OpenError(f"a snoop capture of version {version}, only 2 is read: convert it with editcap IN OUT")
    if datalink not in _LINKS:
        raise OpenError(f"packets of snoop's datalink type {datalink} are not read")
    return _LINKS[datalink]


FORMAT: Format = Format("snoop", (_MAGIC,), index)
