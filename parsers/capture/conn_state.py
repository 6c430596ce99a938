"""What conn.log calls the course of a connection. Source: Zeek, scripts/base/protocols/conn/main.zeek (conn_state)."""

import re
from typing import Final

from parsers.capture.datagrams import Datagrams
from parsers.capture.endpoint import CLOSED, ESTABLISHED, INACTIVE, PARTIAL, RESET, SYN_ACK_SENT, SYN_SENT
from parsers.capture.flows import UDP
from parsers.capture.tcp import Tcp

_NOT_OPENED: Final = frozenset((INACTIVE, PARTIAL))
_RESET_AFTER_SYN: Final = re.compile(r"\^?S[^HAFGIQ]*R.*")


def tcp_state(tcp: Tcp) -> str:
    """A TCP connection's."""
    orig, resp = tcp.orig, tcp.resp
    if resp.state == RESET:
        if orig.state in {SYN_SENT, SYN_ACK_SENT} or (
            orig.state == RESET and not tcp.size_of(orig) and not tcp.size_of(resp)
        ):
            return "REJ"
        return "RSTRH" if orig.state in _NOT_OPENED else "RSTR"
    if orig.state == RESET:
        if resp.state not in _NOT_OPENED:
            return "RSTO"
        return "RSTOS0" if _RESET_AFTER_SYN.fullmatch(str(tcp.history)) else "OTH"
    if orig.state == CLOSED:
        if resp.state == CLOSED:
            return "SF"
        return "SH" if resp.state in _NOT_OPENED else "S2"
    if resp.state == CLOSED:
        return "SHR" if orig.state in _NOT_OPENED else "S3"
    if orig.state == SYN_SENT and resp.state == INACTIVE:
        return "S0"
    return "S1" if orig.state == ESTABLISHED == resp.state else "OTH"


def datagrams_state(made: Datagrams, proto: int) -> str:
    """That of a connection without a state of its own: who sent anything."""
    if proto != UDP:
        return "OTH"
    orig, resp = made.sent
    if orig is None:
        return "OTH" if resp is None else "SHR"
    return "S0" if resp is None else "SF"
