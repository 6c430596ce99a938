"""What a server answers in SMB 2, command by command."""

from functools import partial
from typing import Final

from parsers.protocols.grammar import Reading
from parsers.protocols.smb import strings
from parsers.protocols.smb.session import Session
from parsers.protocols.smb.smb2 import header as headers
from parsers.protocols.smb.smb2.changes import delete
from parsers.protocols.smb.smb2.header import SUCCESS, Header, file_id
from parsers.protocols.smb.smb2.negotiation import read_contexts
from parsers.protocols.smb.smb2.requests import (
    PIPE_TRANSCEIVE,
    Reader,
    fixed,
    ioctl_buffers,
    skip_contexts,
)
from parsers.protocols.smb.state import DISK, PIPE, PRINT, Times

_SMB_3_1_1: Final = 0x0311
_SHARE_TYPES: Final = {1: DISK, 2: PIPE, 3: PRINT}
_SHARE_TYPE_PIPE: Final = 2
# The option of an opened file that it is deleted when it is closed.
_DELETE_ON_CLOSE: Final = 0x1000


def _negotiate(session: Session, header: Header, message: Reading) -> None:
    _, _, dialect, count, _, _, _, _, _, _, _, _, length, offset = message.numbers(
        "SMB2_negotiate_response:negotiate_context_offset", "<HHHH16sIIIIQQHHI"
    )
    blob = message.octets("SMB2_negotiate_response:security_blob", length)
    if dialect == _SMB_3_1_1:
        message.pad_to("SMB2_negotiate_response:pad1", (offset - header.length) & 0xFFFF_FFFF)
        read_contexts(message, count)
    session.security.deliver(False, blob)


def _session_setup(session: Session, header: Header, message: Reading) -> None:
    _, _, offset, length = message.numbers("SMB2_session_setup_response:security_length", "<HHHH")
    message.pad_to("SMB2_session_setup_response:pad1", offset - header.length)
    session.security.deliver(False, message.octets("SMB2_session_setup_response:security_blob", length))


def _tree_connect(session: Session, header: Header, message: Reading) -> None:
    _, kind, *_ = message.numbers("SMB2_tree_connect_response", "<HBxIII")
    if kind == _SHARE_TYPE_PIPE:
        session.pipes.add_tree(header.tree_id)
    tree = session.state.tree
    if tree is not None:
        tree.share_type = _SHARE_TYPES.get(kind, f"unknown-{kind}")
        session.state.log_tree()


def _create(session: Session, header: Header, message: Reading) -> None:
    _, _, _, _, created, accessed, written, changed, _, size, _, _, persistent, volatile, offset, length = (
        message.numbers("SMB2_create_response:context_len", "<HBBIQQQQQQIIQQII")
    )
    skip_contexts(message, "SMB2_create_response", header, offset, length)
    number = file_id(persistent, volatile)
    state = session.state
    opened = state.set_file(number)
    opened.size = size
    if state.tree is not None and state.tree.path is not None:
        opened.path = state.tree.path
    times = Times(written, accessed, created, changed)
    if times.are_known:
        opened.times = times
    if header.status == SUCCESS and state.command is not None and state.command.create_options & _DELETE_ON_CLOSE:
        state.later(partial(delete, state, number))
    state.log_file()


def _read(session: Session, header: Header, message: Reading) -> None:
    _, data_offset, _, length, _, _ = message.numbers("SMB2_read_response:reserved2", "<HBBIII")
    message.pad_to("SMB2_read_response:pad", data_offset - header.length)
    data = message.octets("SMB2_read_response:data", length)
    number = session.read_files.pop(header.message_id, 0)
    if header.is_pipe:
        session.pipes.deliver(number, False, data)
    offset = session.offsets.pop(header.message_id, 0)
    if not header.is_pipe and data:
        session.files.data(False, offset, data)


def _ioctl(session: Session, header: Header, message: Reading) -> None:
    _, _, code, _, in_offset, in_count, out_offset, out_count, _, _ = message.numbers(
        "SMB2_ioctl_response:reserved2", "<HHI16sIIIIII"
    )
    _, received = ioctl_buffers(message, "SMB2_ioctl_response", header, in_offset, in_count, out_offset, out_count)
    number = session.ioctl_files.pop(header.message_id, 0)
    if code == PIPE_TRANSCEIVE:
        session.pipes.deliver(number, False, received)


def _query_directory(session: Session, header: Header, message: Reading) -> None:  # noqa: ARG001
    _, offset, length = message.numbers("SMB2_query_directory_response:buffer_len", "<HHI")
    message.pad_to("SMB2_query_directory_response:pad", offset - header.length)
    message.octets("SMB2_query_directory_response:buffer", length)


def _change_notify(session: Session, header: Header, message: Reading) -> None:  # noqa: ARG001
    _, offset, length = message.numbers("SMB2_change_notify_response:output_buffer_len", "<HHI")
    message.pad_to("SMB2_change_notify_response:pad", offset - header.length)
    start = message.place
    message.octets("SMB2_change_notify_response:buffer", length)
    notes = Reading(message.data, start, message.place)
    while notes.left > 0:
        note = notes.inner()
        _, _, name_length = note.numbers("SMB2_File_Notify_Information:filename_len", "<III")
        strings.sized(note, name_length)
        notes.place = note.place


def _query_info(session: Session, header: Header, message: Reading) -> None:  # noqa: ARG001
    _, offset, length = message.numbers("SMB2_query_info_response:buffer_len", "<HHI")
    message.pad_to("SMB2_query_info_response:pad", offset - header.length)
    message.octets("SMB2_query_info_response:buffer", length)


RESPONSES: Final[dict[int, Reader]] = {
    headers.NEGOTIATE: _negotiate,
    headers.SESSION_SETUP: _session_setup,
    headers.TREE_CONNECT: _tree_connect,
    headers.TREE_DISCONNECT: fixed("SMB2_tree_disconnect_response", "<HH"),
    headers.CREATE: _create,
    headers.CLOSE: fixed("SMB2_close_response", "<HHIQQQQQQI"),
    headers.FLUSH: fixed("SMB2_flush_response", "<HH"),
    headers.READ: _read,
    headers.WRITE: fixed("SMB2_write_response", "<HHIIHH"),
    headers.LOCK: fixed("SMB2_lock_response", "<HH"),
    headers.IOCTL: _ioctl,
    headers.ECHO: fixed("SMB2_echo_response", "<HH"),
    headers.QUERY_DIRECTORY: _query_directory,
    headers.CHANGE_NOTIFY: _change_notify,
    headers.QUERY_INFO: _query_info,
    headers.SET_INFO: fixed("SMB2_set_info_response", "<H"),
    headers.OPLOCK_BREAK: fixed("SMB2_oplock_break", "<HBBI16s"),
}
