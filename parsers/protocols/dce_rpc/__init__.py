"""DCE-RPC, Windows' way to call functions on other computers (C706, MS-RPCE)."""

from typing import Final

from parsers.protocols.analyzer import Analyzer, Context, Protocol
from parsers.protocols.dce_rpc import calls
from parsers.protocols.dce_rpc.analyzer import DceRpcAnalyzer
from parsers.protocols.dce_rpc.record import RECORD

__all__ = ["PROTOCOL", "calls", "open_pipe"]

_LAST_KIND: Final = 0x13


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether one side begins with a unit's version and kind."""
    return _is_unit(orig) or _is_unit(resp)


def _is_unit(first: bytes) -> bool:
    return first[:1] == b"\x05" and len(first) > 2 and first[1] <= 1 and first[2] <= _LAST_KIND


def open_pipe(context: Context, number: int) -> Analyzer | None:
    """The analyser of a pipe that SMB carries, under the number of its opened file."""
    calls.of(context).opening = number
    return context.hand_over("dce_rpc")


PROTOCOL = Protocol(
    "dce_rpc", (RECORD,), DceRpcAnalyzer, tcp_ports=frozenset({135}), recognise=recognise, openings=b"\x05"
)
