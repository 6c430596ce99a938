"""ASN.1's encodings as Zeek's grammars read them, no further than their lengths (X.690, 8.1).

Source: Zeek, src/analyzer/protocol/asn1/asn1.pac.
"""

from typing import Final

from parsers.protocols.grammar import Reading

# The tags of a sequence's elements that are told apart by number begin here.
INDEX_TAG: Final = 0xA0


def head(reading: Reading) -> tuple[int, int]:
    """A tag and the length of what follows it; a BinpacError where the bytes end before."""
    part = reading.inner()
    tag, length = part.numbers("ASN1EncodingMeta:len", ">BB")
    if length & 0x80:
        length = number(part.octets("ASN1EncodingMeta:more_len", length & 0x7F))
    reading.place = part.place
    return tag, length


def value(reading: Reading) -> tuple[int, bytes]:
    """The tag of one encoding, and what is inside."""
    part = reading.inner()
    tag, length = head(part)
    inside = part.octets("ASN1Encoding:content", length)
    reading.place = part.place
    return tag, inside


def content(reading: Reading) -> bytes:
    """What is inside one encoding, whatever its tag."""
    return value(reading)[1]


def number(octets: bytes) -> int:
    """A number of up to 64 bits with a sign, its high byte first; a longer one is taken for 0."""
    if len(octets) > 8:
        return 0
    found = int.from_bytes(octets, "big")
    return found - (1 << 64) if found >> 63 else found
