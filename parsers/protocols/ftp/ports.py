"""The address and port at which one side waits for the data, as commands and replies give them.

Source: RFC 959, RFC 2428; Zeek, src/analyzer/protocol/ftp/functions.bif.
"""

import re
from ipaddress import ip_address
from typing import Final, TypeAlias

from parsers.pieces import holds

# An address and a port; no address where a reply leaves it out.
End: TypeAlias = tuple[str | None, int]

_NUMBER: Final = rb"\s*([+-]?[0-9]{1,9})"
_SIX: Final = re.compile(rb",".join([_NUMBER] * 6))
_SHORTEST_SIX: Final = 11
_PORT: Final = re.compile(_NUMBER)
_PROTOCOL: Final = re.compile(rb"(?:\s*[+-]?[0-9]+)?")
_ZEROS: Final = re.compile(rb"\b0+(?=[0-9])")


def of_port(argument: bytes) -> End | None:
    """The argument of PORT: six numbers; None where it is none."""
    found = _SIX.match(argument) if len(argument) >= _SHORTEST_SIX else None
    if found is None:
        return None
    numbers = [int(number) for number in found.groups()]
    if any(not 0 <= number <= 0xFF for number in numbers):
        return None
    return ".".join(map(str, numbers[:4])), numbers[4] << 8 | numbers[5]


def of_pasv(text: bytes) -> End | None:
    """The reply to PASV: six numbers in brackets, after the word PORT, or from the first comma's number on."""
    start = text.find(b"(") + 1
    if not start:
        word = text.find(b"PORT")
        start = word + 5 if word >= 0 else -1
    if start < 0:
        before, comma, _ = text.partition(b",")
        if not comma:
            return None
        start = len(before.rstrip(b"0123456789"))
    return of_port(text[start:])


def of_eprt(argument: bytes) -> End | None:
    """The argument of EPRT: a protocol, an address, a port, between marks; the address may be left out."""
    text = argument.lstrip()
    mark = text[:1]
    if not mark:
        return None
    protocol = _PROTOCOL.match(text, 1)
    assert protocol is not None
    is_good = text[protocol.end() : protocol.end() + 1] == mark
    text = text[protocol.end() + 1 :]
    address: str | None = None
    if text and text[:1] != mark:
        address = _address(text.partition(mark)[0])
        is_good = address is not None
    _, found, text = text.partition(mark)
    if not found:
        return (address, 0) if is_good else None
    number = _PORT.match(text)
    port = int(number[1]) if number else 0
    after = text[number.end() :] if number else text
    if not is_good or after[:1] != mark or not 0 <= port <= 0xFFFF:
        return None
    return address, port


def of_epsv(text: bytes) -> End | None:
    """The reply to EPSV: the same in brackets."""
    _, bracket, rest = text.partition(b"(")
    return of_eprt(rest) if bracket else None


def _address(text: bytes) -> str | None:
    try:
        return str(ip_address(_ZEROS.sub(b"", text).decode() if not holds(text, b":") else text.decode()))
    except ValueError:
        return None
