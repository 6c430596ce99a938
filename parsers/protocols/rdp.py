"""Remote Desktop's opening (RFC 905, RFC 1006, MS-RDPBCGR 2.2.1), and the TLS that the two sides agree on in it.

Source: Zeek, src/analyzer/protocol/rdp/{RDP.cc,rdp-protocol.pac}, base/protocols/rdp/dpd.sig.
"""

import re
from bisect import bisect_left
from struct import unpack_from

from parsers.protocols.analyzer import Analyzer, Context, Data, End, Gap, Protocol

# TPKT: version, reserved, length; X.224: length, kind of PDU, two references, class; negotiation: type, flags,
# length, protocol. The negotiation's numbers are little endian.
_NEGOTIATED = 19
_CONNECTION_CONFIRM = 0xD0
_NEGOTIATION_RESPONSE = 2

_CLIENT = re.compile(rb".*(?:Cookie: mstshash=|Duca.*(?:rdpdr|rdpsnd|drdynvc|cliprdr))", re.DOTALL)
_SERVER = re.compile(rb".{5}\xd0|.*McDn", re.DOTALL)


class RdpAnalyzer:
    """Waits for the server to choose a protocol; what comes after that, when it is one that protects, is TLS."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._answer = b""
        self._waits = True
        # Neither side can be followed over a hole.
        self._is_deaf = context.connection.partial
        self._tls: Analyzer | None = None

    def deliver(self, data: Data) -> None:
        if self._is_deaf:
            return
        if self._tls is not None:
            self._tls.deliver(data)
        elif self._waits and not data.is_orig:
            wanted = _NEGOTIATED - len(self._answer)
            self._answer += data.data[:wanted]
            if len(self._answer) == _NEGOTIATED:
                self._waits = False
                self._read_answer(data, wanted)

    def gap(self, gap: Gap) -> None:  # noqa: ARG002
        self._is_deaf = True

    def end(self, end: End) -> None:
        """One side has closed: TLS has no end of its own."""

    def finish(self, ts: int) -> None:
        if self._tls is not None:
            self._tls.finish(ts)

    def _read_answer(self, data: Data, read: int) -> None:
        """The server's choice; TLS begins with the segment after the one that it is in."""
        pdu, negotiation = self._answer[5], self._answer[11]
        length, protocol = unpack_from("<HI", self._answer, 13)
        if pdu != _CONNECTION_CONFIRM or negotiation != _NEGOTIATION_RESPONSE or length != 8 or not protocol:
            return
        self._tls = self._context.hand_over("ssl")
        end = data.ends[bisect_left(data.ends, read)]
        if self._tls is not None and end < len(data.data):
            self._tls.deliver(data.cut(end, len(data.data)))


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether a client asks for a session and a server confirms."""
    return _SERVER.match(resp) is not None and _CLIENT.match(orig) is not None


RDP = Protocol("rdp", (), RdpAnalyzer, tcp_ports=frozenset({3389}), recognise=recognise)
