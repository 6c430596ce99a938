"""One message of SMB 2: its header, and who reads the rest."""

from parsers.limits import SMB_PENDING
from parsers.protocols.grammar import Reading, int32
from parsers.protocols.smb.session import Session
from parsers.protocols.smb.smb2 import header as headers
from parsers.protocols.smb.smb2.header import PENDING, Header
from parsers.protocols.smb.smb2.requests import REQUESTS
from parsers.protocols.smb.smb2.responses import RESPONSES
from parsers.protocols.smb.state import Tree, keep


def read(session: Session, body: Reading, is_orig: bool) -> bool:
    """Read a message; whether it is the last of its frame."""
    unit = body.inner()
    header = headers.header(unit)
    _begin(session, header, is_orig)
    message = unit.inner()
    if not is_orig and header.is_error:
        *_, count = message.numbers("SMB2_error_response:byte_count", "<H2sI")
        message.octets("SMB2_error_response:stuff", count)
    else:
        reader = (REQUESTS if is_orig else RESPONSES).get(header.command)
        if reader is not None:
            reader(session, header, message)
    unit.place = message.place
    if header.next:
        unit.octets("SMB2_PDU:chain_pad", int32(header.next - header.length - message.offset))
    body.place = unit.place
    return not header.next


def read_encrypted(body: Reading) -> None:
    """A message of SMB 3 that nobody else can read."""
    part = body.inner()
    part.octets("SMB2_transform_header:signature", 16)
    part.octets("SMB2_transform_header:nonce", 16)
    part.numbers("SMB2_transform_header:session_id", "<IHHQ")


def _begin(session: Session, header: Header, is_orig: bool) -> None:
    """What any message says: which command it is about, and in which tree."""
    number, trees = header.message_id, session.tree_ids
    header.is_pipe = session.pipes.hold(header.tree_id if is_orig else trees.get(number, 0))
    if is_orig:
        if len(trees) >= SMB_PENDING:
            session.discard("tree")
            trees.clear()
        trees[number] = header.tree_id
    elif header.status != PENDING:
        trees.pop(number, None)

    state = session.state
    command = state.commands.get(number) or state.new_command(number)
    if header.tree_id > 0:
        if command.tree is not None:
            keep(state.trees, header.tree_id, command.tree)
        command.tree = state.trees.get(header.tree_id) or keep(state.trees, header.tree_id, Tree(state.now))
    else:
        command.tree = Tree(state.now)
    state.command, state.file, state.tree = command, command.file, command.tree
    if not is_orig and header.status != PENDING:
        del state.commands[number]
