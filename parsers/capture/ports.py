"""Ports that decide who is taken for the server, and how long a quiet connection lives.

Source: Zeek, the `ports` sets of scripts/base/protocols and scripts/base/packet-protocols (likely_server_ports).
"""

from typing import Final

_TCP: Final = (
    "21 22 25 53 79 80 81 88 135 139 143 389 443 445 465 502 514 563 585 587 614 631 636 989 990 992 993 995 1080 1434 "
    "1883 2811 3128 3268 3306 3389 5222 5223 5269 5432 6379 6666 6667 6668 6669 8000 8080 8888 20000"
)
_UDP = "53 67 88 123 137 161 162 389 443 514 1812 2123 2152 3389 3544 4011 4754 4789 5060 5072 5353 5355 6081 20000"

SERVER_TCP: Final = frozenset(map(int, _TCP.split()))
SERVER_UDP: Final = frozenset(map(int, _UDP.split()))
# Where a DNS analyser sits from the first datagram, and ends the connection when it is quiet.
DNS_UDP: Final = frozenset((53, 137, 5353, 5355))
# Interactive services, which may be silent for long (scripts/base/protocols/conn/inactivity.zeek).
_INTERACTIVE_TCP: Final = frozenset((21, 22, 23, 513))


def is_interactive(orig: int, resp: int, *, both: bool) -> bool:
    """Whether a TCP connection's service, by its ports, may be silent for long; `both` when both sides have sent."""
    turned = not both and resp not in SERVER_TCP and orig in SERVER_TCP
    return (orig if turned else resp) in _INTERACTIVE_TCP
