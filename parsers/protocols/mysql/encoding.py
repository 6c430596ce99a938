"""How MySQL writes numbers and texts: with their lengths before them, or up to a zero; values of query attributes.

Source: MySQL, "Protocol Basics: Data Types"; Zeek, src/analyzer/protocol/mysql/mysql-protocol.pac.
"""

from typing import Final

from parsers.protocols.binpac import invalid_case, mismatch, not_enforced, out_of_bound
from parsers.protocols.grammar import Reading, int32

# The first byte of a number: smaller ones are the number itself, others say how many bytes it has.
_NULL, _TWO, _THREE, _EIGHT = 0xFB, 0xFC, 0xFD, 0xFE
_LONG: Final = {
    _TWO: ("LengthEncodedIntegerLookahead:i2", 2),
    _THREE: ("uint24le", 3),
    _EIGHT: ("LengthEncodedIntegerLookahead:i4", 8),
}

# Types of values: of a fixed size, texts, dates, durations.
_DECIMAL, _NOTHING, _DURATION = 0x00, 0x06, 0x0B
_FIXED: Final = {
    0x01: ("tiny_val", 1),
    0x02: ("short_val", 2),
    0x03: ("long_val", 4),
    0x04: ("float_val", 4),
    0x05: ("double_val", 8),
    0x08: ("longlong_val", 8),
    0x09: ("int24_val", 4),
    0x0D: ("year_val", 2),
}
_TEXTS: Final = frozenset((0x0F, 0x10, *range(0xF5, 0x100)))
_DATES: Final = frozenset((0x07, 0x0A, 0x0C, 0x11))


def number(reading: Reading) -> int:
    """A number with its own length, as 32 bits with a sign hold it; 0 for one that is none."""
    return rest_of_number(reading, _pass_part(reading, "LengthEncodedInteger:length", 1)[0])


def rest_of_number(reading: Reading, first: int) -> int:
    """Such a number whose first byte has been read."""
    if first not in _LONG:
        return first if first < _NULL else 0
    where, size = _LONG[first]
    return int32(int.from_bytes(_pass_part(reading, where, size), "little"))


def pass_text(reading: Reading, first: int) -> None:
    """Pass over a text, the first byte of whose length has been read."""
    begin = reading.place
    length = rest_of_number(reading, first)
    reading.place += length
    if length < 0 or reading.place > reading.end:
        raise out_of_bound("LengthEncodedStringArg:val", reading.place - begin, reading.end - begin)


def pass_texts(reading: Reading, count: int = 1) -> None:
    """Pass over so many texts: the rows of a result are made of them, many of them."""
    data, place, end = reading.data, reading.place, reading.end
    for _ in range(count):
        begin = place
        if place < end and data[place] < _NULL:
            length = data[place]
            place += 1 + length
        else:
            reading.place = place
            length = number(reading)
            place = reading.place + length
        if place > end or length < 0:
            raise out_of_bound("LengthEncodedString:val", place - begin, end - begin)
    reading.place = place


def text_to_zero(reading: Reading, line: int) -> bytes:
    """A text that ends at a zero, without it; `line` is where Zeek's grammar has it."""
    stop = reading.data.find(b"\0", reading.place, reading.end)
    if stop < 0:
        raise mismatch(f"mysql-protocol.pac:{line}", "[^\\0]*\\0", reading.data[reading.place : reading.end])
    start, reading.place = reading.place, stop + 1
    return reading.data[start:stop]


def pass_attributes(reading: Reading) -> None:
    """Pass over the attributes that stand before a query."""
    count = number(reading)
    number(reading)
    if count <= 0:
        return
    whole = reading.inner()
    nulls = whole.octets("Attributes:null_bitmap", (count + 7) // 8)
    (types_are_sent,) = whole.numbers("Attributes:send_types_to_server", "<B")
    if types_are_sent != 1:
        raise not_enforced("Attributes:send_types_to_server")
    if count > whole.left:
        raise out_of_bound("Attributes:names", count, whole.left)
    types: list[int] = []
    for _ in range(count):
        named = whole.inner()
        types.append(named.numbers("AttributeTypeAndName:unsigned_flag", "<BB")[0])
        pass_texts(named)
        whole.place = named.place
    for i, kind in enumerate(types):
        if not whole.left:
            break
        if not nulls[i // 8] >> i % 8 & 1:
            _pass_value(whole, kind)
    reading.place = whole.place


def _pass_value(reading: Reading, kind: int) -> None:
    value = reading.inner()
    if kind in _FIXED:
        name, size = _FIXED[kind]
        value.octets(f"BinaryValue:{name}", size)
    elif kind in _TEXTS:
        pass_texts(value)
    elif kind in _DATES:
        _pass_date(value)
    elif kind == _DURATION:
        _pass_duration(value)
    elif kind == _DECIMAL:
        number(value)
    elif kind != _NOTHING:
        raise invalid_case("BinaryValue", kind)
    reading.place = value.place


def _pass_date(reading: Reading) -> None:
    """A date, maybe with a time, maybe with microseconds."""
    (length,) = reading.numbers("BinaryDate:len", "<B")
    if length not in {0, 4, 7, 11}:
        raise not_enforced("BinaryDate:len")
    if length > 0:
        _pass_part(reading, "Date", 4)
    if length > 4:
        _pass_part(reading, "Time", 3)
    if length > 7:
        reading.octets("BinaryDate:micros", 4)


def _pass_duration(reading: Reading) -> None:
    """A duration, maybe with microseconds."""
    (length,) = reading.numbers("BinaryTime:len", "<B")
    if length not in {0, 8, 12}:
        raise not_enforced("BinaryTime:len")
    if length > 0 and _pass_part(reading, "DurationTime", 8)[0] > 1:
        raise not_enforced("DurationTime:is_negative")
    if length > 8:
        reading.octets("BinaryTime:micros", 4)


def _pass_part(reading: Reading, where: str, size: int) -> bytes:
    part = reading.inner()
    found = part.octets(where, size)
    reading.place = part.place
    return found
