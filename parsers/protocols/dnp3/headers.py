"""The part of a DNP3 message behind its function: headers, each with the objects that it announces.

Source: Zeek, src/analyzer/protocol/dnp3/dnp3-{protocol,objects}.pac.
"""

from typing import Final

from parsers.protocols.binpac import out_of_bound
from parsers.protocols.dnp3.objects import read_contents
from parsers.protocols.grammar import Reading, int32

# Where a header says which objects: the first and the last of them.
_RANGES: Final = {0: "<BB", 1: "<HH", 2: "<II", 3: "<BB", 4: "<HH", 5: "<II"}
# Where it says how many.
_COUNTS: Final = {7: "<B", 8: "<H", 9: "<I", 11: "<B"}
_NO_RANGE: Final = 6
# The ranges of addresses, in which Zeek counts no objects.
_FIRST_OF_ADDRESSES: Final = 3
_AUTHENTICATE_FILE: Final = 0x1D
_FILE_AUTHENTICATION: Final = 0x4602

# What may stand before an object: its index or its size.
_PREFIXES: Final = {
    1: ("prefix8", "<B"),
    2: ("prefix16", "<H"),
    3: ("prefix32", "<I"),
    4: ("object_size8", "<B"),
    5: ("object_size16", "<H"),
    6: ("object_size32", "<I"),
}

# The kinds of which a request has objects; of others it has headers alone.
_REQUESTED: Final = frozenset(
    (
        *range(0x0C01, 0x0C04),
        *range(0x3201, 0x3204),
        *range(0x3301, 0x3303),
        *range(0x3401, 0x3403),
        *range(0x4601, 0x4608),
        0x5001,
        *range(0x7801, 0x7810),
    )
)
# Those of a bit or two each: Zeek takes a byte for eight.
_PACKED: Final = {0x0101: "biwoflag", 0x0301: "diwoflag", 0x0A01: "bowoflag", 0x0C03: "bocmd_PM"}


def read_objects(reading: Reading, function: int, is_request: bool) -> None:
    """Read headers and objects to the end; a BinpacError where they do not fit."""
    while reading.left > 0:
        part = reading.inner()
        kind, qualifier, count = _header(part)
        name = _name(kind, is_request)
        if name is not None:
            where = f"{'Request' if is_request else 'Response'}_Objects:{name}"
            _array(part, where, kind, qualifier, count, function, is_request)
        reading.place = part.place


def _header(reading: Reading) -> tuple[int, int, int]:
    """A header: the objects' kind, how they are told, how many they are."""
    kind, qualifier = reading.numbers("Object_Header:qualifier_field", ">HB")
    told = qualifier & 0x0F
    count = 0
    if told in _RANGES:
        bounds = reading.inner()
        first, last = bounds.numbers(f"Range_Field_{told}", _RANGES[told])
        reading.place = bounds.place
        if told < _FIRST_OF_ADDRESSES:
            count = last - first + 1
    elif told in _COUNTS:
        (count,) = reading.numbers(f"Object_Header:range_field_{told:x}", _COUNTS[told])
    elif told != _NO_RANGE:
        reading.rest()
    return kind, qualifier, int32(count)


def _name(kind: int, is_request: bool) -> str | None:
    """Zeek's name for the objects of a kind; None where a message has none of them."""
    if is_request and kind not in _REQUESTED:
        return None
    if kind == 0x0C03 or not is_request:
        return _PACKED.get(kind, "objects")
    return f"g{kind >> 8}v{kind & 0xFF}_objs"


def _array(
    reading: Reading, where: str, kind: int, qualifier: int, count: int, function: int, is_request: bool
) -> None:
    if kind in _PACKED:
        whole = int(count / 8)
        count = whole + (count > whole * 8)
    if count < 0:
        raise out_of_bound(where, count, reading.end - reading.begin)
    if count > reading.left:
        raise out_of_bound(where, count, reading.left)
    for _ in range(count):
        item = reading.inner()
        prefix = _prefix(item, qualifier >> 4)
        if kind != _FILE_AUTHENTICATION or not is_request or function == _AUTHENTICATE_FILE:
            read_contents(item, kind, prefix, is_request)
        if item.place == reading.place:
            # Nothing was read: nothing will be of the others.
            return
        reading.place = item.place


def _prefix(reading: Reading, told: int) -> int:
    """What stands before an object: its index or its size."""
    if told not in _PREFIXES:
        return 0
    name, layout = _PREFIXES[told]
    (value,) = reading.numbers(f"Prefix_Type:{name}", layout)
    return int(value)
