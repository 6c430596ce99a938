"""How a client logs on over SMB: GSSAPI's negotiation, or bare NTLM.

Source: Zeek, src/analyzer/protocol/smb/smb-gssapi.pac.
"""

from typing import Final

from parsers.protocols import ntlm
from parsers.protocols.analyzer import Analyzer, Data
from parsers.protocols.smb.state import State

_SHORTEST: Final = 8


class Security:
    """Passes what is in a message's security blob on."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._inner: dict[str, Analyzer | None] = {}

    def deliver(self, is_orig: bool, blob: bytes) -> None:
        """One blob."""
        if len(blob) < _SHORTEST:
            return
        name = "ntlm" if blob.startswith(ntlm.SIGNATURE) else "gssapi"
        if name not in self._inner:
            self._inner[name] = self._state.context.hand_over(name)
        inner = self._inner[name]
        if inner is not None:
            inner.deliver(Data(is_orig, blob, [len(blob)], [self._state.now]))

    def finish(self, ts: int) -> None:
        """The connection is over."""
        for inner in self._inner.values():
            if inner is not None:
                inner.finish(ts)
