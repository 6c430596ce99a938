"""The extensions of a certificate that its row shows: the names that it is valid for, whether it may issue others.

Source: RFC 5280, section 4.2; Zeek, src/file_analysis/analyzer/x509/X509.cc.
"""

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

from parsers.files.x509 import oids
from parsers.files.x509.der import (
    BOOLEAN,
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    DerError,
    elements,
    expect,
    integer,
    read,
)

_ALTERNATIVE_NAME: Final = oids.encode("2.5.29.17")
_BASIC_CONSTRAINTS: Final = oids.encode("2.5.29.19")
_GENERAL_NAMES: Final = frozenset({0xA0, 0x81, 0x82, 0xA3, 0xA4, 0xA5, 0x86, 0x87, 0x88})
_EMAIL, _DNS, _URI, _IP = 0x81, 0x82, 0x86, 0x87
_ADDRESS_BYTES: Final = (4, 16)
# The number of the last of what may follow the key: identifiers of issuer and subject, extensions.
_EXTENSIONS: Final = 3


@dataclass(slots=True)
class Extensions:
    """What the extensions say; None where they do not.

    has_names  there is a subject alternative name, whether it could be read or not
    dns …      its names by their kind
    weirds     what weird.log tells of them: names, and more words
    """

    has_names: bool = False
    dns: list[bytes] | None = None
    uri: list[bytes] | None = None
    email: list[bytes] | None = None
    ip: list[str] | None = None
    ca: bool | None = None
    path_length: int | None = None
    weirds: list[tuple[str, str]] = field(default_factory=list)

    def add(self, identifier: bytes, value: bytes) -> None:
        """One more extension; one that cannot be read is weird."""
        if identifier == _ALTERNATIVE_NAME:
            self.has_names = True
            try:
                self._alternative_name(value)
            except DerError:
                self.weirds.append(("x509_san_parse_error", ""))
        elif identifier == _BASIC_CONSTRAINTS:
            try:
                self.ca, self.path_length = _basic_constraints(value)
            except DerError:
                self.weirds.append(("x509_invalid_basic_constraint", ""))

    def _alternative_name(self, value: bytes) -> None:
        start, stop = expect(SEQUENCE, value, 0, len(value))
        found: dict[int, list[bytes]] = {}
        for tag, first, last in elements(value, start, stop):
            if tag not in _GENERAL_NAMES:
                raise DerError
            found.setdefault(tag, []).append(value[first:last])
        self.dns, self.uri, self.email = found.get(_DNS), found.get(_URI), found.get(_EMAIL)
        addresses = found.get(_IP)
        if addresses is not None:
            self.ip = [_address(octets) for octets in addresses if len(octets) in _ADDRESS_BYTES]
            odd = (len(octets) for octets in addresses if len(octets) not in _ADDRESS_BYTES)
            self.weirds += [("x509_san_ip_length", str(size)) for size in odd]


def parse(data: bytes, place: int, end: int) -> Extensions:
    """The extensions in what follows a certificate's key."""
    found = Extensions()
    previous = 0
    for tag, start, stop in elements(data, place, end):
        number = tag & 0x1F
        if not tag & 0x80 or not previous < number <= _EXTENSIONS:
            raise DerError
        previous = number
        if number != _EXTENSIONS:
            continue
        first, last = expect(SEQUENCE, data, start, stop)
        for inner, a, b in elements(data, first, last):
            if inner != SEQUENCE:
                raise DerError
            found.add(*_extension(data, a, b))
    return found


def _extension(data: bytes, start: int, stop: int) -> tuple[bytes, bytes]:
    """One extension's identifier and value."""
    first, last = expect(OID, data, start, stop)
    identifier = oids.checked(data[first:last])
    kind, first, last = read(data, last, stop)
    if kind == BOOLEAN:
        kind, first, last = read(data, last, stop)
    if kind != OCTET_STRING or last != stop:
        raise DerError
    return identifier, data[first:last]


def _basic_constraints(value: bytes) -> tuple[bool, int | None]:
    start, stop = expect(SEQUENCE, value, 0, len(value))
    ca, length = False, None
    found = elements(value, start, stop)
    if found and found[0][0] == BOOLEAN:
        _, first, last = found.pop(0)
        if last - first != 1:
            raise DerError
        ca = value[first] != 0
    if found and found[0][0] == INTEGER:
        length = integer(value, *found.pop(0)[1:]) & 0x7FFFFFFF
    if found:
        raise DerError
    return ca, length


def _address(octets: bytes) -> str:
    # An IPv4 address in an IPv6 one is shown as what it is.
    if octets.startswith(b"\x00" * 10 + b"\xff\xff") and len(octets) == 16:
        octets = octets[12:]
    return str(ip_address(octets))
