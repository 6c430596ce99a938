"""Which addresses are local: Zeek's private address space, IPv4 networks as 6to4 networks too.

Source: Zeek, base/utils/site.zeek (Site::private_address_space), from the IANA special-purpose registries.
"""

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from socket import AF_INET, AF_INET6, inet_pton
from typing import TypeAlias, TypeVar

_V4 = (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
    "192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/24 239.0.0.0/8 240.0.0.0/4 "
    "255.255.255.255/32"
)
_V6 = "::/128 ::1/128 64:ff9b:1::/48 100::/64 2001::/23 2001:2::/48 2001:db8::/32 fc00::/7 fe80::/10 fec0::/10"

_6TO4 = b"\x20\x02"
_CACHED = 1 << 16


_Network = TypeVar("_Network", IPv4Network, IPv6Network)
# The packed addresses of the first and of the last hosts of networks that lie apart from each other, sorted.
_Ranges: TypeAlias = tuple[list[bytes], list[bytes]]


def _ranges(networks: Iterable[_Network]) -> _Ranges:
    apart = sorted(collapse_addresses(networks))
    return [network.network_address.packed for network in apart], [
        network.broadcast_address.packed for network in apart
    ]


_V4_RANGES = _ranges(IPv4Network(text) for text in _V4.split())
_V6_RANGES = _ranges(IPv6Network(text) for text in _V6.split())


def _lies_in(packed: bytes, ranges: _Ranges) -> bool:
    firsts, lasts = ranges
    place = bisect_right(firsts, packed)
    return place > 0 and packed <= lasts[place - 1]


@lru_cache(_CACHED)
def is_local(address: str) -> bool:
    """Whether an address, as text, is one of the local network's."""
    if ":" not in address:
        return _lies_in(inet_pton(AF_INET, address), _V4_RANGES)
    packed = inet_pton(AF_INET6, address)
    return _lies_in(packed[2:6], _V4_RANGES) if packed.startswith(_6TO4) else _lies_in(packed, _V6_RANGES)
