"""What every message of SMB 1 begins with, and how commands follow one another in it (MS-CIFS 2.2.3)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from parsers.limits import SMB_ANDX_DEPTH
from parsers.protocols.grammar import Reading
from parsers.protocols.smb import strings
from parsers.protocols.smb.session import Session

# Offsets in a message count from the start of the header.
BYTES: Final = 32
_NO_COMMAND: Final = 0xFF


@dataclass(slots=True)
class Header:
    """One message's header; `is_pipe` says that its tree holds pipes."""

    command: int
    is_unicode: bool
    tree_id: int
    message_id: int
    is_pipe: bool = False


@dataclass(slots=True)
class Part:
    """One command of a message: `offset` is where it begins, `depth` how many came before it.

    `follow` reads the command that follows it, when all of its own has been read.
    """

    session: Session
    header: Header
    reading: Reading
    offset: int
    depth: int
    follow: "Follow"

    def string(self, extra: int = 0) -> bytes:
        """The next string, in the message's own characters; `extra` bytes of the command came before its reading."""
        return strings.read(self.reading, is_unicode=self.header.is_unicode, at=self.reading.offset + extra)

    def text(self, extra: int = 0) -> bytes:
        """The next string as UTF-8."""
        return strings.of_smb1(self.session.state, self.string(extra), is_unicode=self.header.is_unicode)

    def chain(self, where: str, is_orig: bool, command: int, andx_offset: int) -> None:
        """What follows: the next command, which says itself where it begins; Zeek reads it where it stands."""
        place = self.offset + self.reading.offset
        skipped = 0 if andx_offset == 0 or andx_offset >= place + 2 else andx_offset - place
        self.reading.octets(f"{where}:extra_byte_parameters", skipped)
        if command == _NO_COMMAND:
            return
        is_stuck = andx_offset <= self.offset
        if not is_stuck and self.depth <= SMB_ANDX_DEPTH:
            inner = self.reading.inner()
            place = (self.offset + self.reading.offset) & 0xFFFF
            self.follow(Part(self.session, self.header, inner, place, self.depth + 1, self.follow), is_orig, command)
            self.reading.place = inner.place
        if is_stuck:
            self._warn("smb_andx_offset_not_advancing")
        if self.depth >= SMB_ANDX_DEPTH:
            self._warn("smb_andx_depth_exceeded")

    def _warn(self, name: str) -> None:
        session = self.session
        session.context.weird(name, session.state.now)
        session.context.connection.give_up(session.state.now)


Follow: TypeAlias = Callable[[Part, bool, int], None]
Reader: TypeAlias = Callable[[Part], None]


def header(reading: Reading) -> Header:
    """Read the header behind its signature."""
    part = reading.inner()
    fields = part.numbers("SMB_PDU:header", "<BIBHH8sHHHHH")
    command, _, _, flags, _, _, _, tree_id, _, _, message_id = fields
    reading.place = part.place
    return Header(command, bool(flags >> 15), tree_id, message_id)


def fixed(where: str, layout: str) -> Reader:
    """The reader of a command of fixed size that no log tells of."""

    def read(part: Part) -> None:
        part.reading.numbers(where, layout)

    return read
