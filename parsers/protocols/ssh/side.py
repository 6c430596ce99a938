"""One direction of an SSH session: lines until its version has come, then packets, until they are encrypted.

Source: Zeek, src/analyzer/protocol/ssh/ssh-protocol.pac; binpac, lib/binpac_buffer.cc.
"""

import re
from typing import Final

from parsers.limits import HANDSHAKE_BYTES
from parsers.protocols.binpac import BinpacError
from parsers.protocols.ssh.messages import State

_LINE_END: Final = re.compile(rb"[\r\n]")


class Side:
    """What has come and was not read yet, and what is expected of it."""

    __slots__ = ("_after_cr", "_held", "_searched", "is_orig", "state")

    def __init__(self, *, is_orig: bool) -> None:
        self.is_orig = is_orig
        self.state = State.VERSION
        self._held = bytearray()
        self._searched = 0
        self._after_cr = False

    def take(self, data: bytes) -> None:
        """More bytes; raises BinpacError when more of them wait than Zeek keeps."""
        if len(self._held) + len(data) > HANDSHAKE_BYTES:
            raise BinpacError("flowbuffer allocation failed: expand past max capacity")
        self._held += data

    def line(self) -> bytes | None:
        """The next line, without its end; None while it is not complete."""
        self._drop_newline()
        found = _LINE_END.search(self._held, self._searched)
        if found is None:
            self._searched = len(self._held)
            return None
        self._after_cr = found[0] == b"\r"
        line = bytes(self._held[: found.start()])
        self._cut(found.end())
        return line

    def length(self) -> int | None:
        """The number in the first four bytes of the next packet; None while they have not come."""
        self._drop_newline()
        return int.from_bytes(self._held[:4], "big") if len(self._held) >= 4 else None

    def packet(self, size: int) -> bytes | None:
        """The next packet of so many bytes; None while it is not complete."""
        if len(self._held) < size:
            return None
        packet = bytes(self._held[:size])
        self._cut(size)
        return packet

    def rest(self) -> int:
        """Give up what has come and was not read: how many bytes that is."""
        size = len(self._held)
        self._held = bytearray()
        self._searched = 0
        return size

    def _drop_newline(self) -> None:
        if self._after_cr and self._held:
            self._after_cr = False
            if self._held[0] == 0x0A:
                del self._held[0]

    def _cut(self, size: int) -> None:
        del self._held[:size]
        self._searched = 0
