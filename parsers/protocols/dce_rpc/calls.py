"""The calls of one connection: which pipe is bound to which interface, what is asked and answered.

Source: Zeek, scripts/base/protocols/dce-rpc/main.zeek.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from parsers import escape
from parsers.limits import DCE_RPC_PIPES
from parsers.protocols.analyzer import Context
from parsers.protocols.dce_rpc import interfaces
from parsers.protocols.dce_rpc.record import RECORD

# Calls that every Windows makes all the time.
_IGNORED: Final = {
    "winreg": frozenset(
        {
            "BaseRegCloseKey",
            "BaseRegGetVersion",
            "BaseRegOpenKey",
            "BaseRegQueryValue",
            "BaseRegDeleteKeyEx",
            "OpenLocalMachine",
            "BaseRegEnumKey",
            "OpenClassesRoot",
        }
    ),
    "spoolss": frozenset({"RpcSplOpenPrinter", "RpcClosePrinter"}),
    "wkssvc": frozenset({"NetrWkstaGetInfo"}),
}
_PIPE: Final = re.compile(r"\\pipe\\", re.IGNORECASE)


@dataclass(slots=True)
class _Pipe:
    """What is known of one pipe, or of the connection itself, and its last call."""

    ts: int
    rtt: int | None = None
    named_pipe: str | None = None
    endpoint: str | None = None
    operation: str | None = None
    bound_pipe: str | None = None
    uuid: str | None = None
    uuids: dict[int, str] = field(default_factory=dict)

    def resume(self) -> None:
        """The pipe's turn: what it is bound to counts again."""
        if self.uuid is not None:
            self.endpoint = interfaces.name(self.uuid)
        if self.bound_pipe is not None:
            self.named_pipe = self.bound_pipe

    def guess(self) -> None:
        """Where the binding was not seen, take what a pipe of this name is usually bound to."""
        if self.endpoint is None and self.named_pipe is not None:
            parts = _PIPE.split(self.named_pipe)
            named = parts[1] if len(parts) > 1 else self.named_pipe
            self.uuid = interfaces.OF_PIPES.get(named.lower(), self.uuid)

    @property
    def is_told(self) -> bool:
        """Whether the call gets a row."""
        return (
            self.endpoint is not None
            and self.operation is not None
            and self.operation not in _IGNORED.get(self.endpoint, ())
        )


class Calls:
    """What Zeek's scripts keep of a connection; `ts` is when something was seen.

    A pipe goes by a number: that of the opened file of SMB, 0 for the connection itself and for SMB 1. `opening` is
    that of the pipe whose analyser is about to be made.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._pipes: dict[int, _Pipe] | None = {}
        self._current: _Pipe | None = None
        self.opening = 0

    def bind(self, number: int, context_id: int, uuid: str, ts: int) -> None:
        """A client wants to call functions of an interface."""
        pipe = self._turn(number, ts)
        pipe.uuids[context_id] = pipe.uuid = uuid
        pipe.endpoint = interfaces.name(uuid)

    def accept(self, number: int, address: bytes, ts: int) -> None:
        """The server agrees, and says where it listens."""
        pipe = self._turn(number, ts)
        if address:
            pipe.bound_pipe = pipe.named_pipe = escape.text(address)

    def alter(self, number: int, ts: int) -> None:
        """The server agrees to another interface."""
        self._turn(number, ts)

    def request(self, number: int, ts: int) -> None:
        """A function is called."""
        self._turn(number, ts).ts = ts

    def respond(self, number: int, context_id: int, operation: int, ts: int) -> None:
        """It has answered."""
        pipe = self._turn(number, ts)
        pipe.guess()
        if pipe.endpoint is not None and pipe.uuid is not None:
            pipe.operation = interfaces.operation(pipe.uuid, operation)
            if pipe.ts != ts:
                pipe.rtt = ts - pipe.ts
        uuid = pipe.uuids.get(context_id)
        if uuid is not None:
            pipe.endpoint = interfaces.name(uuid)
            pipe.operation = interfaces.operation(uuid, operation)
        self._tell(pipe)
        self._current = None

    def close(self, number: int) -> None:
        """A pipe is no more."""
        if self._pipes is not None:
            self._pipes.pop(number, None)

    def forget(self) -> None:
        """There were too many pipes."""
        self._pipes = None

    def finish(self, ts: int) -> None:  # noqa: ARG002
        """The connection is over; after a call without an answer, the last call of each pipe is told once more."""
        if self._current is not None and self._pipes is not None:
            for pipe in self._pipes.values():
                pipe.resume()
                pipe.guess()
                self._tell(pipe)
        self._current = None
        self._pipes = None

    def _turn(self, number: int, ts: int) -> _Pipe:
        if self._pipes is None:
            self._pipes = {}
        pipe = self._pipes.get(number)
        if pipe is None:
            if len(self._pipes) >= DCE_RPC_PIPES:
                del self._pipes[next(iter(self._pipes))]
            pipe = self._pipes[number] = _Pipe(ts)
        pipe.resume()
        self._current = pipe
        return pipe

    def _tell(self, pipe: _Pipe) -> None:
        if pipe.is_told:
            row = (
                pipe.ts,
                *self._context.connection.head,
                pipe.rtt,
                pipe.named_pipe,
                pipe.endpoint,
                pipe.operation,
            )
            self._context.rows.add(RECORD, row)


def of(context: Context) -> Calls:
    """Those of a connection."""
    found = context.shared.get("dce_rpc")
    if not isinstance(found, Calls):
        found = context.shared["dce_rpc"] = Calls(context)
        context.at_removal(found.finish)
    return found
