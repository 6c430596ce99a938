"""Remote Desktop over UDP (MS-RDPEUDP, MS-RDPEUDP2): its opening, so that it is known for what it is.

Source: Zeek, src/analyzer/protocol/rdp/rdpeudp-{protocol,analyzer}.pac, base/protocols/rdp/dpd.sig.
"""

import re
from enum import Enum, auto
from typing import Final

from parsers.protocols.analyzer import Context, Data, Protocol
from parsers.protocols.binpac import BinpacError, out_of_bound
from parsers.protocols.datagrams import DatagramAnalyzer
from parsers.protocols.grammar import Reading

_SYN, _SYN_OR_ACK, _DATA, _ACK_OF_ACKS, _CORRELATED, _EXTENDED = 0x01, 0x05, 0x08, 0x100, 0x800, 0x1000
_NOTHING_ACKNOWLEDGED: Final = 0xFFFFFFFF
_FIRST, _THIRD = 0x0001, 0x0101
# The first datagram is padded to about what the way takes.
_SIZES: Final = range(1132, 1233)
_OPENS: Final = re.compile(rb"\xff{4}...\x01", re.DOTALL)


class Awaited(Enum):
    """What comes next."""

    SYN = auto()
    ANSWER = auto()
    DATA = auto()


class RdpeudpAnalyzer(DatagramAnalyzer):
    """One connection's opening; of what comes later only the form is looked at."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._awaited = Awaited.SYN
        self._versions = {True: _FIRST, False: _FIRST}
        self._is_over = False

    def deliver(self, data: Data) -> None:
        if self._is_over:
            return
        try:
            self._read(Reading(data.data), data.ts, data.is_orig)
        except BinpacError as error:
            self._is_over = self._context.reject("rdpeudp", data.ts, str(error))

    def _read(self, datagram: Reading, ts: int, is_orig: bool) -> None:
        if self._awaited is Awaited.SYN:
            acknowledged, flags, version = _read_opening(datagram, "RDPEUDP_SYN")
            if is_orig and flags & _SYN and acknowledged == _NOTHING_ACKNOWLEDGED:
                self._versions[True] = version
                self._awaited = Awaited.ANSWER
        elif self._awaited is Awaited.ANSWER:
            _, flags, version = _read_opening(datagram, "RDPEUDP_SYNACK")
            if not is_orig and flags & _SYN_OR_ACK:
                self._versions[False] = version
                self._awaited = Awaited.DATA
                self._context.confirm("rdpeudp", ts)
        elif self._versions == {True: _THIRD, False: _THIRD}:
            datagram.numbers("RDPEUDP2_ACK:header", ">BH")
        else:
            _pass_data(datagram)


def _read_opening(datagram: Reading, where: str) -> tuple[int, int, int]:
    """What the sender acknowledges, its flags, and the version that it speaks."""
    acknowledged, _, flags, _ = datagram.numbers(f"{where}:syndata_payload", ">IHHQ")
    version = _FIRST
    if flags & _CORRELATED:
        part = datagram.inner()
        part.octets("RDPUDP_CORRELATION_ID_PAYLOAD", 32)
        datagram.place = part.place
    if flags & _EXTENDED:
        part = datagram.inner()
        _, version = part.numbers("RDPUDP_SYNEX_PAYLOAD:uUdpVer", ">HH")
        if version == _THIRD:
            part.array("RDPUDP_SYNEX_PAYLOAD:has_cookie_hash", 32, 1)
    return acknowledged, flags, version


def _pass_data(datagram: Reading) -> None:
    """Pass over the headers of a datagram of the first two versions."""
    _, _, flags = datagram.numbers("RDPEUDP1_ACK:fec_header", ">IHH")
    vector = datagram.inner()
    (count,) = vector.numbers("RDPUDP_ACK_VECTOR_HEADER:uAckVectorSize", ">H")
    vector.array("RDPUDP_ACK_VECTOR_HEADER:AckVectorElement", count, 1)
    padded = -(-vector.offset // 4) * 4
    if padded > vector.end - vector.begin:
        raise out_of_bound("RDPUDP_ACK_VECTOR_HEADER", padded, vector.end - vector.begin)
    datagram.place = vector.begin + padded
    for flag, where, size in (
        (_ACK_OF_ACKS, "RDPUDP_ACK_OF_ACKVECTOR_HEADER", 4),
        (_DATA, "RDPUDP_SOURCE_PAYLOAD_HEADER", 8),
    ):
        if flags & flag:
            part = datagram.inner()
            part.octets(where, size)
            datagram.place = part.place


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether one side opens such a connection."""
    said = orig or resp
    return len(said) in _SIZES and _OPENS.match(said) is not None


RDPEUDP = Protocol(
    "rdpeudp",
    (),
    RdpeudpAnalyzer,
    udp_ports=frozenset({3389}),
    recognise=recognise,
    openings=b"\xff",
    transports=frozenset({"udp"}),
)
