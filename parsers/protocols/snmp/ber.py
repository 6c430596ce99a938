"""The part of ASN.1's basic encoding rules that SNMP uses (X.690, RFC 3417 8), read as Zeek reads it.

A sequence does not bound what is inside: each part may go on to the end of the message. So no library serves.
Source: Zeek, src/analyzer/protocol/asn1/asn1.pac, src/analyzer/protocol/snmp/snmp-analyzer.pac.
"""

import re

from parsers.protocols.binpac import BinpacError, out_of_bound

INTEGER, OCTETS, IDENTIFIER, SEQUENCE = 0x02, 0x04, 0x06, 0x30
_INTEGER_BYTES = 9
_NUMBER_BYTES = 8
# A part of an object identifier that is too long for Zeek.
_LONG_PART = re.compile(rb"[\x80-\xff]{10,}[\x00-\x7f]")


class Reader:
    """A message that is read from its start on; what does not fit raises BinpacError.

    `odd` collects what is weird about the numbers in it: a name of Zeek's, and how many bytes there are.
    """

    def __init__(self, data: bytes, odd: list[tuple[str, int]]) -> None:
        self._data = data
        self._place = 0
        self._odd = odd

    @property
    def is_over(self) -> bool:
        return self._place >= len(self._data)

    def head(self) -> tuple[int, int]:
        """The tag of a value, and its length."""
        data, place = self._data, self._place
        left = len(data) - place
        if left < 2:
            raise out_of_bound("ASN1EncodingMeta:len", 2, left)
        tag, length = data[place], data[place + 1]
        size = 2
        if length & 0x80:
            size += length & 0x7F
            if size > left:
                raise out_of_bound("ASN1EncodingMeta:more_len", size, left)
            length = self.number(data[place + 2 : place + size])
        self._place += size
        return tag, length

    def value(self) -> tuple[int, bytes]:
        """The tag of a value, and its content."""
        begin = self._place
        tag, length = self.head()
        # Zeek counts in 32 bits here.
        length = (length + (1 << 31)) % (1 << 32) - (1 << 31)
        start = self._place
        if not 0 <= length <= len(self._data) - start:
            raise out_of_bound("ASN1Encoding:content", start - begin + length, len(self._data) - begin)
        self._place += length
        return tag, self._data[start : self._place]

    def content(self, wanted: int) -> bytes:
        """The content of a value of this tag."""
        tag, content = self.value()
        _expect(tag, wanted)
        return content

    def sequence(self) -> None:
        """The head of a sequence."""
        _expect(self.head()[0], SEQUENCE)

    def integer(self) -> int:
        content = self.content(INTEGER)
        if len(content) > _INTEGER_BYTES:
            raise BinpacError(f"ASN.1 integer width overflow: {len(content)}")
        return self.number(content)

    def identifier(self) -> bytes:
        """An object identifier, encoded."""
        content = self.content(IDENTIFIER)
        found = _LONG_PART.search(content)
        if found and content[-1] < 0x80:
            self._odd.append(("asn_oid_subidentifier_too_long", len(found[0])))
        return content

    def number(self, content: bytes) -> int:
        """A number without sign; zero where it is too long."""
        if len(content) > _NUMBER_BYTES:
            self._odd.append(("asn_binary_to_int64_shift_too_large", len(content)))
            return 0
        return int.from_bytes(content, "big")


def _expect(tag: int, wanted: int) -> None:
    """Raises BinpacError where a value has not this tag."""
    if tag != wanted:
        raise BinpacError(f"Got ASN.1 tag {tag}, expect {wanted}")
