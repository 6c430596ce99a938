"""The part of ASN.1's basic encoding rules that SNMP uses (X.690, RFC 3417 8), read as Zeek reads it.

A sequence does not bound what is inside: each part may go on to the end of the message. So no library serves.
Source: Zeek, src/analyzer/protocol/snmp/snmp-analyzer.pac.
"""

import re
from typing import Final

from parsers.protocols import asn1
from parsers.protocols.binpac import BinpacError
from parsers.protocols.grammar import Reading

INTEGER, OCTETS, IDENTIFIER, SEQUENCE = 0x02, 0x04, 0x06, 0x30
_INTEGER_BYTES: Final = 9
_NUMBER_BYTES: Final = 8
# What a part of an object identifier that is too long for Zeek has before its last byte.
_LONG_PART: Final = re.compile(rb"[\x80-\xff]{10,}")


class Reader:
    """A message that is read from its start on; what does not fit raises BinpacError.

    `odd` collects what is weird about the numbers in it: a name of Zeek's, and how many bytes there are.
    """

    def __init__(self, data: bytes, odd: list[tuple[str, int]]) -> None:
        self._reading = Reading(data)
        self._odd = odd

    @property
    def is_over(self) -> bool:
        return not self._reading.left

    def tag(self) -> int:
        """The tag of what comes next, whose content is read by itself."""
        return asn1.head(self._reading)[0]

    def value(self) -> tuple[int, bytes]:
        """The tag of a value, and its content."""
        return asn1.value(self._reading)

    def content(self, wanted: int) -> bytes:
        """The content of a value of this tag."""
        tag, content = self.value()
        _expect(tag, wanted)
        return content

    def sequence(self) -> None:
        """The head of a sequence."""
        _expect(self.tag(), SEQUENCE)

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
            self._odd.append(("asn_oid_subidentifier_too_long", len(found[0]) + 1))
        return content

    def number(self, content: bytes) -> int:
        """A number without sign; zero where it is too long."""
        if len(content) > _NUMBER_BYTES:
            self._odd.append(("asn_binary_to_int64_shift_too_large", len(content)))
        return asn1.number(content) % (1 << 64)


def _expect(tag: int, wanted: int) -> None:
    """Raises BinpacError where a value has not this tag."""
    if tag != wanted:
        raise BinpacError(f"Got ASN.1 tag {tag}, expect {wanted}")
