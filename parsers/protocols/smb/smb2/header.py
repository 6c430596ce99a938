"""What every message of SMB 2 begins with (MS-SMB2 2.2.1)."""

from dataclasses import dataclass
from typing import Final

from parsers.protocols.grammar import Reading

SUCCESS: Final = 0
PENDING: Final = 0x103
_NOTIFY_ENUM_DIR: Final = 0x10C
_BUFFER_OVERFLOW: Final = 0x8000_0005
_INVALID_PARAMETER: Final = 0xC000_000D
_MORE_PROCESSING_REQUIRED: Final = 0xC000_0016

NEGOTIATE, SESSION_SETUP = 0, 1
TREE_CONNECT, TREE_DISCONNECT = 3, 4
CREATE, CLOSE, FLUSH, READ, WRITE, LOCK, IOCTL, CANCEL, ECHO = range(5, 14)
QUERY_DIRECTORY, CHANGE_NOTIFY, QUERY_INFO, SET_INFO, OPLOCK_BREAK = range(14, 19)

# The commands whose answers say more than an error although they have this status (MS-SMB2 3.3.4.4).
_NO_ERROR: Final = {
    _BUFFER_OVERFLOW: (IOCTL, QUERY_INFO, READ),
    _INVALID_PARAMETER: (IOCTL,),
    _MORE_PROCESSING_REQUIRED: (SESSION_SETUP,),
    _NOTIFY_ENUM_DIR: (CHANGE_NOTIFY,),
}


@dataclass(slots=True)
class Header:
    """`length` is what offsets in the message count from the end of; `next` leads to the next one of the frame."""

    length: int
    status: int
    command: int
    next: int
    message_id: int
    tree_id: int
    is_pipe: bool = False

    @property
    def is_error(self) -> bool:
        """Whether an answer tells of nothing but an error."""
        return self.status != SUCCESS and self.command not in _NO_ERROR.get(self.status, ())


def header(reading: Reading) -> Header:
    """Read a header, its signature too."""
    part = reading.inner()
    length, _, status, command, _, _, following, message_id, _, tree_id, _ = part.numbers(
        "SMB2_Header:session_id", "<HHIHHIIQIIQ"
    )
    part.octets("SMB2_Header:signature", 16)
    reading.place = part.place
    return Header(length, status, command, following, message_id, tree_id)


def file_id(persistent: int, volatile: int) -> int:
    """An opened file's number: Zeek adds the two that it has."""
    return (persistent + volatile) & 0xFFFF_FFFF_FFFF_FFFF
