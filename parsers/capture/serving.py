"""What a connection shows of its responder's service.

Source: Zeek, scripts/policy/protocols/conn/known-services.zeek (has_active_service),
src/packet_analysis/protocol/udp/UDPSessionAdapter.cc.
"""

from typing import Final

from parsers.capture.clean import Clean
from parsers.capture.columns import Columns
from parsers.capture.datagrams import Datagrams
from parsers.capture.endpoint import CLOSED, PARTIAL
from parsers.capture.exchanges import Exchange
from parsers.capture.headers import ACK, SYN
from parsers.capture.tcp import Tcp
from parsers.protocols.analyzer import Connection, Serving

_SYN_ACK: Final = SYN | ACK


def of_tcp(connection: Connection, tcp: Tcp, c: Columns) -> Serving:
    """What a TCP connection shows."""
    side = tcp.began if connection.turned else 1 - tcp.began
    endpoint = tcp.ends[side]
    if "h" in tcp.history.letters:
        return Serving(_answered(tcp, side, c), _spoken(tcp, side, c), True)
    return Serving(endpoint.opened, _spoken(tcp, side, c), PARTIAL <= endpoint.state <= CLOSED)


def of_clean(connection: Connection, clean: Clean) -> Serving:
    """What a clean TCP connection shows."""
    since = None if connection.turned else clean.established
    return Serving(since, clean.spoken[not connection.turned], clean.established is not None)


def _answered(tcp: Tcp, side: int, c: Columns) -> int | None:
    """When a side's first SYN-ACK came."""
    places = range(tcp.first, tcp.stop)
    return next((c.now[i] for i in places if c.side[i] == side and c.flags[i] & _SYN_ACK == _SYN_ACK), None)


def _spoken(tcp: Tcp, side: int, c: Columns) -> int | None:
    for delivery in tcp.out.list:
        what = delivery[1]
        if delivery[0] == side and isinstance(what, list):
            first = what[0]
            return c.now[first] if isinstance(first, int) else first[3]
    return None


def of_exchange(connection: Connection, exchange: Exchange, c: Columns) -> Serving:
    """What a connection of datagrams shows whose first sender was taken for its originator."""
    since = c.now[exchange.first] if connection.turned else exchange.answered
    return Serving(since, since, since is not None)


def of_datagrams(connection: Connection, made: Datagrams, c: Columns) -> Serving:
    """What a connection of datagrams shows: the responder serves once it has sent one."""
    side = made.began if connection.turned else 1 - made.began
    first = next((place for place in range(made.first, made.stop) if c.side[place] == side), None)
    since = None if first is None else c.now[first]
    return Serving(since, since, since is not None)
