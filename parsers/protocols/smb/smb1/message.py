"""One message of SMB 1: its header, and who reads its commands."""

from typing import Final

from parsers.protocols.grammar import Reading
from parsers.protocols.smb.session import Session
from parsers.protocols.smb.smb1 import files, header, logon, others, transactions
from parsers.protocols.smb.smb1.header import Header, Part, Reader
from parsers.protocols.smb.state import Tree, keep

# A frame of this length holds an answer without words and bytes.
_EMPTY: Final = 35

_REQUESTS: Final[dict[int, Reader]] = {
    **files.REQUESTS,
    **logon.REQUESTS,
    **transactions.REQUESTS,
    **others.REQUESTS,
}
_RESPONSES: Final[dict[int, Reader]] = {
    **files.RESPONSES,
    **logon.RESPONSES,
    **transactions.RESPONSES,
    **others.RESPONSES,
}


def read(session: Session, body: Reading, is_orig: bool, length: int) -> None:
    """Read the one message of a frame of this length."""
    head = header.header(body)
    _begin(session, head, is_orig)
    reading = body.inner()
    if length == _EMPTY:
        reading.octets("SMB_No_Message:x", 3)
        return
    _read_command(Part(session, head, reading, header.BYTES, 0, _read_command), is_orig, head.command)


def _read_command(part: Part, is_orig: bool, command: int) -> None:
    reader = (_REQUESTS if is_orig else _RESPONSES).get(command)
    if reader is None:
        part.reading.rest()
    else:
        reader(part)


def _begin(session: Session, head: Header, is_orig: bool) -> None:
    """What any message says: which command it is about, and in which tree."""
    head.is_pipe = session.pipes.hold(head.tree_id)
    state = session.state
    state.tree = state.trees.get(head.tree_id) or keep(state.trees, head.tree_id, Tree(state.now))
    command = state.commands.get(head.message_id)
    if command is None:
        command = state.new_command(head.message_id)
        command.tree = state.tree
    state.command = command
    if not is_orig:
        del state.commands[head.message_id]
