"""ASN.1's encodings (X.690) as Zeek's LDAP reads them: whole trees, each element with its value.

Source: Zeek, src/analyzer/protocol/ldap/asn1.spicy.
"""

from dataclasses import dataclass, field
from typing import Final

from parsers.limits import LDAP_DEPTH
from parsers.protocols.spicy import SpicyError

UNIVERSAL, APPLICATION, CONTEXT = 0, 1, 2
BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OBJECT_IDENTIFIER, ENUMERATED = 1, 2, 3, 4, 5, 6, 10
SEQUENCE, SET = 16, 17
# Strings in which only plain characters are read, and the others, UTF-8.
_PLAIN: Final = frozenset((OCTET_STRING, 19, 23, 24))
_TEXTS: Final = frozenset((12, 18, 20, 21, 22, 25, 26, 27, 28, 29, 30))
_NUMBER_BYTES: Final = 8


@dataclass(slots=True)
class Element:
    """One element: its class and tag, and what there is of number, text, elements or plain bytes."""

    kind: int
    tag: int
    number: int | None = None
    text: bytes | None = None
    elements: list["Element"] | None = None
    content: bytes | None = None

    def need_number(self) -> int:
        """The number; a SpicyError where it is none."""
        if self.number is None:
            raise _unset()
        return self.number

    def need_text(self) -> bytes:
        """The text; a SpicyError where it is none."""
        if self.text is None:
            raise _unset()
        return self.text

    def need_elements(self) -> list["Element"]:
        """The elements inside; a SpicyError where there are none."""
        if self.elements is None:
            raise _unset()
        return self.elements

    def need_content(self) -> bytes:
        """The plain bytes; a SpicyError where the element is one of ASN.1's own."""
        if self.content is None:
            raise _unset()
        return self.content


@dataclass(slots=True)
class Reader:
    """Bytes that are read element by element."""

    data: bytes
    place: int = field(default=0)

    @property
    def left(self) -> int:
        """How many follow."""
        return len(self.data) - self.place

    def octets(self, length: int) -> bytes:
        """So many bytes."""
        if length > self.left:
            raise SpicyError(f"expected {length} bytes ({self.left} available)")
        start, self.place = self.place, self.place + length
        return self.data[start : self.place]

    def octet(self) -> int:
        """One byte."""
        return self.octets(1)[0]

    def length(self) -> int:
        """The length of what follows."""
        first = self.octet()
        return number(self.octets(first & 0x7F)) if first & 0x80 else first

    def head(self) -> tuple[int, int, int]:
        """Class, tag and length of an element."""
        first = self.octet()
        return first >> 6, first & 0x1F, self.length()

    def element(self, *, deep: bool = True, depth: int = 0) -> Element:
        """One element; with what is inside it where `deep`."""
        if depth > LDAP_DEPTH:
            raise SpicyError("ASN.1 exceeded max recursion depth")
        kind, tag, length = self.head()
        found = Element(kind, tag)
        if kind != UNIVERSAL:
            found.content = self.octets(length)
        elif tag in {SEQUENCE, SET}:
            if deep:
                found.elements = _inside(self.octets(length), depth)
        else:
            _read_value(found, self.octets(length))
        return found


def number(octets: bytes, *, signed: bool = False) -> int:
    """A number of up to 64 bits, its high byte first."""
    if len(octets) > _NUMBER_BYTES:
        raise SpicyError("more than max of 8 bytes for conversion to integer")
    return int.from_bytes(octets, "big", signed=signed)


def plain(octets: bytes) -> bytes:
    """A text in which what is no plain character becomes a question mark."""
    return octets if octets.isascii() and octets.decode().isprintable() else octets.translate(_QUESTIONED)


def utf8(octets: bytes) -> bytes:
    """A text in which what is no UTF-8 is replaced."""
    return octets.decode("utf-8", "replace").encode()


def identifier(octets: bytes) -> bytes:
    """An object identifier in its dotted form."""
    if not octets:
        raise SpicyError("integer overflow")
    parts = [octets[0] // 40, octets[0] % 40]
    part = 0
    for octet in octets[1:]:
        part = (part << 7 | octet & 0x7F) & ((1 << 64) - 1)
        if not octet & 0x80:
            parts.append(part)
            part = 0
    return b".".join(b"%d" % part for part in parts)


_QUESTIONED: Final = bytes(octet if 0x20 <= octet < 0x7F else 0x3F for octet in range(256))


def _inside(content: bytes, depth: int) -> list[Element]:
    reader = Reader(content)
    found: list[Element] = []
    while reader.left:
        found.append(reader.element(depth=depth + 1))
    return found


def _read_value(found: Element, content: bytes) -> None:
    tag = found.tag
    if tag in {INTEGER, ENUMERATED}:
        found.number = number(content, signed=True)
    elif tag in _PLAIN:
        found.text = plain(content)
    elif tag in _TEXTS:
        found.text = utf8(content)
    elif tag == OBJECT_IDENTIFIER:
        found.text = identifier(content)
    elif (tag == BOOLEAN and len(content) != 1) or (tag == NULL and content):
        raise SpicyError(f"&requires failed: (head.len.len == {int(tag == BOOLEAN)})")
    elif tag == BIT_STRING and not content:
        raise SpicyError("integer overflow")


def _unset() -> SpicyError:
    return SpicyError("attribute not set")
