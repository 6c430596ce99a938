"""Which addresses are local: Zeek's private address space, IPv4 networks as 6to4 networks too.

Source: Zeek, base/utils/site.zeek (Site::private_address_space), from the IANA special-purpose registries.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_V4 = (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
    "192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/24 239.0.0.0/8 240.0.0.0/4 "
    "255.255.255.255/32"
)
_V6 = "::/128 ::1/128 64:ff9b:1::/48 100::/64 2001::/23 2001:2::/48 2001:db8::/32 fc00::/7 fe80::/10 fec0::/10"

_V4_NETWORKS = tuple(IPv4Network(text) for text in _V4.split())
_V6_NETWORKS = tuple(IPv6Network(text) for text in _V6.split())
_6TO4 = IPv6Network("2002::/16")
_CACHED = 1 << 16


@lru_cache(_CACHED)
def is_local(address: str) -> bool:
    """Whether an address, as text, is one of the local network's."""
    value = ip_address(address)
    if isinstance(value, IPv6Address):
        if value not in _6TO4:
            return any(value in network for network in _V6_NETWORKS)
        value = IPv4Address(int(value) >> 80 & 0xFFFFFFFF)
    return any(value in network for network in _V4_NETWORKS)
