"""A reader of DER that takes what OpenSSL takes: tag, length, contents, nothing copied before it must be.

Source: X.690, section 8; where OpenSSL is stricter or laxer than the standard, crypto/asn1/{asn1_lib,a_int}.c.
"""

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, ENUMERATED = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0A
UTF8, NUMERIC, PRINTABLE, T61, IA5, UTC_TIME, GENERALIZED_TIME = 0x0C, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18
VISIBLE, UNIVERSAL, BMP = 0x1A, 0x1C, 0x1E
SEQUENCE, SET = 0x30, 0x31


class DerError(Exception):
    """The bytes are not what they should be; never leaves the package."""


def read(data: bytes, place: int, end: int) -> tuple[int, int, int]:
    """The tag at `place` and where its contents start and stop; tags above 30 and indefinite lengths are refused."""
    if place + 2 > end:
        raise DerError
    tag = data[place]
    length = data[place + 1]
    start = place + 2
    if length > 0x7F:
        octets = length & 0x7F
        length = int.from_bytes(data[start : start + octets], "big")
        start += octets
        if not octets or start > end:
            raise DerError
    if tag & 0x1F == 0x1F or start + length > end:
        raise DerError
    return tag, start, start + length


def expect(tag: int, data: bytes, place: int, end: int) -> tuple[int, int]:
    """Where the contents of the element at `place` start and stop; it must have this tag."""
    found, start, stop = read(data, place, end)
    if found != tag:
        raise DerError
    return start, stop


def elements(data: bytes, place: int, end: int) -> list[tuple[int, int, int]]:
    """Tag, start and stop of each element from `place` to `end`."""
    found = []
    while place < end:
        element = read(data, place, end)
        found.append(element)
        place = element[2]
    return found


def integer(data: bytes, start: int, stop: int) -> int:
    """The value of an INTEGER's contents; more leading octets than it needs are refused, as OpenSSL does."""
    if start == stop:
        raise DerError
    if stop - start > 1 and data[start] in (0x00, 0xFF) and not (data[start] ^ data[start + 1]) & 0x80:
        raise DerError
    return int.from_bytes(data[start:stop], "big", signed=True)


def bit_string(data: bytes, start: int, stop: int) -> bytes:
    """The octets of a BIT STRING's contents."""
    if start == stop or data[start] > 7:
        raise DerError
    return data[start + 1 : stop]
