"""DNP3 (IEEE 1815), over TCP and UDP: recognised by the two bytes that open each frame (Zeek: dnp3/dpd.sig)."""

from functools import partial
from typing import Final

from parsers.protocols.analyzer import Protocol
from parsers.protocols.dnp3.analyzer import Dnp3Analyzer
from parsers.protocols.dnp3.record import RECORD

_MAGIC: Final = b"\x05\x64"


def _answers(orig: bytes, resp: bytes) -> bool:  # noqa: ARG001
    return resp.startswith(_MAGIC)


def _is_frame(orig: bytes, resp: bytes) -> bool:
    return orig.startswith(_MAGIC) or resp.startswith(_MAGIC)


TCP = Protocol(
    "dnp3_tcp",
    (RECORD,),
    partial(Dnp3Analyzer, name="dnp3_tcp"),
    tcp_ports=frozenset({20000}),
    recognise=_answers,
    openings=_MAGIC[:1],
)
UDP = Protocol(
    "dnp3_udp",
    (RECORD,),
    partial(Dnp3Analyzer, name="dnp3_udp"),
    recognise=_is_frame,
    openings=_MAGIC[:1],
    transports=frozenset({"udp"}),
)
