"""The types that Kerberos' messages are made of (RFC 4120, 5.2 and 5.3), read as far as Zeek reads them.

Each is read by its place in the message, whatever its tag says, and a list goes on to the end of what bounds it: so no
library of ASN.1 serves.
Source: Zeek, src/analyzer/protocol/krb/{krb-types,krb-asn1}.pac.
"""

from calendar import timegm
from dataclasses import dataclass
from typing import Final

from parsers.protocols import asn1
from parsers.protocols.grammar import Reading

# A time with the head of its string before it, when that could not be told from it.
_LONG_TIME, _TIME = 17, 15
_LAST_YEAR: Final = 9999
_NUMBERS: Final = 1 << 64
_KEY_VERSION: Final = 1
_NAME_PARTS: Final = 3
# The kinds of addresses that have a length: IPv4 and IPv6.
_ADDRESS_BYTES: Final = {2: 4, 24: 16}


@dataclass(frozen=True, slots=True)
class Ticket:
    """What can be read of a ticket without its key."""

    service: bytes
    cipher: int


def within(reading: Reading, where: str, length: int) -> Reading:
    """The next bytes, as many as this, as something to be read by itself."""
    start = reading.place
    reading.octets(where, length)
    return Reading(reading.data, start, reading.place)


def indexed(reading: Reading) -> tuple[int, int]:
    """Which of a sequence's numbered elements begins here, and its length."""
    tag, length = asn1.head(reading)
    return (tag - asn1.INDEX_TAG) & 0xFF, length


def element(reading: Reading) -> bytes:
    """What is inside a sequence's next element, which holds one encoding."""
    asn1.head(reading)
    return asn1.content(reading)


def count(octets: bytes) -> int:
    """A number without sign."""
    return asn1.number(octets) % _NUMBERS


def name(reading: Reading) -> bytes:
    """The name of someone or of a service: up to three parts."""
    asn1.head(reading)
    element(reading)
    asn1.head(reading)
    asn1.head(reading)
    parts: list[bytes] = []
    while reading.left > 0:
        part = asn1.content(reading)
        if len(parts) <= _NAME_PARTS:
            parts.append(part)
    if len(parts) == 1:
        return parts[0]
    # Zeek puts several together as texts that end at a zero.
    return b"/".join(part.partition(b"\0")[0] for part in parts) if 1 < len(parts) <= _NAME_PARTS else b"unknown"


def time(reading: Reading) -> int | None:
    """A time in nanoseconds since 1970, to the second; None for what is none."""
    asn1.head(reading)
    text = reading.rest()
    if len(text) not in (_TIME, _LONG_TIME):
        return None
    digits = [octet - 48 for octet in text[len(text) - _TIME :]]
    year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
    month, day, hour, minute, second = (digits[i] * 10 + digits[i + 1] for i in range(4, 14, 2))
    # Months beyond twelve run on into the next years.
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if not 1 <= year <= _LAST_YEAR:
        return None
    days = timegm((year, month, 1, 0, 0, 0)) + (day - 1) * 86_400
    return (days + hour * 3600 + minute * 60 + second) * 1_000_000_000


def encrypted(reading: Reading) -> int:
    """Something encrypted: the number of what it was encrypted with."""
    part = reading.inner()
    asn1.head(part)
    cipher = count(element(part))
    index, length = indexed(part)
    if index == _KEY_VERSION:
        asn1.content(part)
        _, length = asn1.head(part)
    asn1.content(within(part, "KRB_Encrypted_Data:ciphertext", length))
    reading.place = part.place
    return cipher


def encrypted_element(reading: Reading) -> int:
    """The same as an element of a sequence."""
    part = reading.inner()
    _, length = asn1.head(part)
    cipher = encrypted(within(part, "KRB_Encrypted_Data_in_Seq:data", length))
    reading.place = part.place
    return cipher


def ticket(reading: Reading, *, is_element: bool = True) -> Ticket:
    """A ticket, by itself or as an element of a sequence."""
    part = reading.inner()
    if is_element:
        asn1.head(part)
    asn1.head(part)
    asn1.head(part)
    element(part)
    element(part)
    _, length = asn1.head(part)
    service = name(within(part, "KRB_Ticket:sname", length))
    cipher = encrypted_element(part)
    reading.place = part.place
    return Ticket(service, cipher)


def tickets(reading: Reading) -> None:
    """Tickets one after the other."""
    part = reading.inner()
    _, length = asn1.head(part)
    several = within(part, "KRB_Ticket_Sequence:tickets", length)
    while several.left > 0:
        ticket(several, is_element=False)
    reading.place = part.place


def address(reading: Reading) -> bool:
    """An address of a host; False where it has not the length of its kind."""
    asn1.head(reading)
    kind = asn1.number(element(reading))
    length = len(element(reading))
    return _ADDRESS_BYTES.get(kind, length) == length
