"""The rarer headers between an Ethernet frame's addresses and its IP packet, one frame at a time.

What may follow what, and how short a header may be, as in Zeek: src/packet_analysis/protocol (ethernet, vlan,
snap, mpls, pppoe, pbb, vntag) and the tables of scripts/base/packet-protocols.
"""

from collections.abc import Callable
from typing import TypeAlias

from parsers import limits

# What a header leads to: the next header's reader, where that header begins, and where the frame ends.
Step: TypeAlias = "tuple[Header, int, int] | None"
Header: TypeAlias = Callable[[memoryview, int, int], Step]

FABRIC_PATH, VLAN, SERVICE_VLAN, OLD_VLAN = 0x8903, 0x8100, 0x88A8, 0x9100
PPPOE, MPLS, BACKBONE, VNTAG = 0x8864, 0x8847, 0x88E7, 0x8926
TAGS = (VLAN, SERVICE_VLAN, OLD_VLAN)
# The types, beside lengths, for which a frame has to come here.
HARDER = (FABRIC_PATH, PPPOE, MPLS, BACKBONE, VNTAG)


def find_ip(data: memoryview, at: int, end: int) -> tuple[int, int] | None:
    """Where the IP packet of an Ethernet frame begins and ends; None when it holds none."""
    step: Step = (_ethernet, at, end)
    for _ in range(limits.LINK_HEADERS):
        if step is None:
            return None
        header, at, end = step
        if header is _ip:
            return at, end
        step = header(data, at, end)
    return None


def _number(data: memoryview, at: int) -> int:
    return data[at] << 8 | data[at + 1]


def _ip(data: memoryview, at: int, end: int) -> Step:  # noqa: ARG001
    return None


def _ethernet(data: memoryview, at: int, end: int) -> Step:
    if end - at <= 16:
        return None
    if _number(data, at + 12) == FABRIC_PATH:
        at += 16
        if end - at <= 14:
            return None
    return _by_type(_IN_ETHERNET, data, at + 14, end)


def _vlan(data: memoryview, at: int, end: int) -> Step:
    return _by_type(_IN_VLAN, data, at + 4, end) if end - at > 4 else None


def _by_type(inside: dict[int, Header], data: memoryview, at: int, end: int) -> Step:
    """What follows the EtherType, or IEEE 802.3 length, that ends just before `at`."""
    kind = _number(data, at - 2)
    if kind >= 1536:
        following = inside.get(kind)
        return (following, at, end) if following else None
    if kind > 1500 or end - at < 2 or _number(data, at) != 0xAAAA:
        return None
    return _snap, at, min(end, at + kind)


def _snap(data: memoryview, at: int, end: int) -> Step:
    """IEEE 802.2 with a SNAP header; its control field has one byte in unnumbered frames, else two."""
    if end - at < 3:
        return None
    after = at + (3 if data[at + 2] & 3 == 3 else 4) + 5
    if (
        after > end
        or bytes(data[after - 5 : after - 2]) != b"\0\0\0"
        or _number(data, after - 2) not in (0x0800, 0x86DD)
    ):
        return None
    return _ip, after, end


def _mpls(data: memoryview, at: int, end: int) -> Step:
    while end - at > 4:
        at += 4
        if data[at - 2] & 1:
            return _ip, at, end
    return None


def _pppoe(data: memoryview, at: int, end: int) -> Step:
    if end - at <= 8 or _number(data, at + 6) not in (0x0021, 0x0057):
        return None
    return _ip, at + 8, min(end, at + 6 + max(2, _number(data, at + 4)))


def _backbone(data: memoryview, at: int, end: int) -> Step:  # noqa: ARG001
    return (_ethernet, at + 4, end) if end - at > 18 else None


def _vntag(data: memoryview, at: int, end: int) -> Step:
    return (_vlan, at + 6, end) if end - at > 6 and _number(data, at + 4) in TAGS else None


_IN_VLAN: dict[int, Header] = {
    0x0800: _ip,
    0x86DD: _ip,
    VLAN: _vlan,
    PPPOE: _pppoe,
    MPLS: _mpls,
    BACKBONE: _backbone,
    VNTAG: _vntag,
}
_IN_ETHERNET = _IN_VLAN | dict.fromkeys((SERVICE_VLAN, OLD_VLAN), _vlan)
