"""Addresses in messages, as text."""

from socket import AF_INET, AF_INET6, inet_ntop
from typing import Final

_MAPPED: Final = b"\0" * 10 + b"\xff\xff"


def address(raw: bytes) -> str:
    """An address of four or sixteen bytes, written as Zeek does; an IPv4-mapped one of IPv6 is the IPv4 address."""
    if len(raw) == 4:
        return inet_ntop(AF_INET, raw)
    return inet_ntop(AF_INET, raw[12:]) if raw.startswith(_MAPPED) else inet_ntop(AF_INET6, raw)
