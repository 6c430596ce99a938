"""What a client asks in SMB 2, command by command."""

from collections.abc import Callable
from typing import Final, TypeAlias

from parsers import escape
from parsers.limits import SMB_PENDING
from parsers.protocols import dce_rpc
from parsers.protocols.grammar import Reading, int32
from parsers.protocols.smb import strings
from parsers.protocols.smb.session import Session
from parsers.protocols.smb.smb2 import header as headers
from parsers.protocols.smb.smb2.changes import set_info
from parsers.protocols.smb.smb2.header import Header, file_id
from parsers.protocols.smb.state import DISK, PIPE, PRINT, State

Reader: TypeAlias = Callable[[Session, Header, Reading], None]

_KINDS: Final = {DISK: "FILE", PIPE: "PIPE", PRINT: "PRINT"}
# The call of a device that writes to a pipe and reads the answer (MS-FSCC 2.3).
PIPE_TRANSCEIVE: Final = 0x0011_C017


def act(state: State, verb: str) -> None:
    """Something is done with the file at hand, named by what its share holds."""
    if state.file is not None and state.tree is not None:
        state.file.action = f"{_KINDS.get(state.tree.share_type, 'FILE')}_{verb}"


def _negotiate(session: Session, header: Header, message: Reading) -> None:  # noqa: ARG001
    _, count, *_ = message.numbers("SMB2_negotiate_request:client_start_time", "<HHH2xI16sQ")
    message.array("SMB2_negotiate_request:dialects", count, 2)


def _session_setup(session: Session, header: Header, message: Reading) -> None:
    *_, offset, length = message.numbers("SMB2_session_setup_request:security_length", "<HBBIIHH")
    message.pad_to("SMB2_session_setup_request:pad1", offset - header.length)
    session.security.deliver(True, message.octets("SMB2_session_setup_request:security_blob", length))


def _tree_connect(session: Session, header: Header, message: Reading) -> None:
    _, offset, length = message.numbers("SMB2_tree_connect_request:path_length", "<H2xHH")
    message.pad_to("SMB2_tree_connect_request:pad", offset - header.length)
    path = strings.of_utf16(session.state, strings.sized(message, length))
    if session.state.tree is not None:
        session.state.tree.path = escape.text(path)


def _tree_disconnect(session: Session, header: Header, message: Reading) -> None:
    message.numbers("SMB2_tree_disconnect_request", "<HH")
    session.pipes.drop_tree(header.tree_id)
    state = session.state
    if state.trees.pop(header.tree_id, None) is not None:
        state.tree = None
        if state.command is not None:
            state.command.tree = None


def _create(session: Session, header: Header, message: Reading) -> None:
    message.numbers("SMB2_create_request:impersonation_level", "<HBBI")
    message.octets("SMB2_create_request:flags", 8)
    message.octets("SMB2_create_request:reserved", 8)
    _, _, _, _, options, name_offset, name_length, context_offset, context_length = message.numbers(
        "SMB2_create_request:context_len", "<IIIIIHHII"
    )
    message.pad_to("SMB2_create_request:filename_pad", name_offset - header.length)
    raw = strings.sized(message, name_length)
    skip_contexts(message, "SMB2_create_request", header, context_offset, context_length)
    state = session.state
    name = strings.of_utf16(state, raw)
    session.pipes.guess(header.tree_id, name)
    if state.file is not None and state.command is not None:
        state.file.name = escape.text(name) or "<share_root>"
        state.command.create_options = options
    act(state, "OPEN")


def skip_contexts(message: Reading, where: str, header: Header, offset: int, length: int) -> None:
    """What is said beside an opened file, in either direction."""
    message.pad_to(f"{where}:context_pad", (offset - header.length) & 0xFFFF_FFFF if offset else 0)
    message.octets(f"{where}:contexts", length)


def _close(session: Session, header: Header, message: Reading) -> None:  # noqa: ARG001
    *_, persistent, volatile = message.numbers("SMB2_close_request", "<HHIQQ")
    number = file_id(persistent, volatile)
    state = session.state
    state.set_file(number)
    act(state, "CLOSE")
    dce_rpc.calls.of(session.context).close(number)
    closed = state.files.pop(number, None)
    if closed is not None:
        if state.tree is not None and state.tree.path is not None:
            closed.path = state.tree.path
        state.log_file()
    session.files.close()
    session.pipes.close(number)


def _read(session: Session, header: Header, message: Reading) -> None:
    _, _, _, _, offset, persistent, volatile, _, _, _, info_offset, info_length = message.numbers(
        "SMB2_read_request:channel_info_len", "<HBBIQQQIIIHH"
    )
    message.pad_to("SMB2_read_request:pad", info_offset - header.length)
    message.octets("SMB2_read_request:buffer", info_length)
    number = file_id(persistent, volatile)
    state = session.state
    state.set_file(number)
    act(state, "READ")
    state.log_file()
    if len(session.offsets) >= SMB_PENDING or len(session.read_files) >= SMB_PENDING:
        session.discard("read")
        session.offsets.clear()
        session.read_files.clear()
    session.offsets[header.message_id] = offset
    session.read_files[header.message_id] = number


def _write(session: Session, header: Header, message: Reading) -> None:
    _, data_offset, length, offset, persistent, volatile, *_ = message.numbers(
        "SMB2_write_request:flags", "<HHIQQQIIHHI"
    )
    message.pad_to("SMB2_write_request:pad", data_offset - header.length)
    data = message.octets("SMB2_write_request:data", length)
    number = file_id(persistent, volatile)
    if header.is_pipe:
        session.pipes.deliver(number, True, data)
    state = session.state
    state.set_file(number)
    act(state, "WRITE")
    state.log_file()
    if not header.is_pipe and data:
        session.files.data(True, offset, data)


def _lock(session: Session, header: Header, message: Reading) -> None:  # noqa: ARG001
    _, count, *_ = message.numbers("SMB2_lock_request:file_id", "<HHI16s")
    message.array("SMB2_lock_request:locks", count, 20)


def _ioctl(session: Session, header: Header, message: Reading) -> None:
    _, _, code, persistent, volatile, in_offset, in_count, _, out_offset, out_count, *_ = message.numbers(
        "SMB2_ioctl_request:reserved2", "<HHIQQIIIIIIII"
    )
    sent, _ = ioctl_buffers(message, "SMB2_ioctl_request", header, in_offset, in_count, out_offset, out_count)
    number = file_id(persistent, volatile)
    if code == PIPE_TRANSCEIVE:
        session.pipes.deliver(number, True, sent)
    if len(session.ioctl_files) >= SMB_PENDING:
        session.discard("ioctl")
        session.ioctl_files.clear()
    session.ioctl_files[header.message_id] = number


def ioctl_buffers(
    message: Reading, where: str, header: Header, in_offset: int, in_count: int, out_offset: int, out_count: int
) -> tuple[bytes, bytes]:
    """What goes to a device and what comes from it, in either direction."""
    pad = message.offset + header.length - in_offset if in_offset else 0
    message.octets(f"{where}:pad1", int32(pad))
    sent = message.octets(f"{where}:input_buffer", in_count)
    pad = message.offset + header.length - out_offset if out_offset not in (0, in_offset) else 0
    message.octets(f"{where}:pad2", int32(pad))
    return sent, message.octets(f"{where}:output_buffer", out_count)


def _query_directory(session: Session, header: Header, message: Reading) -> None:  # noqa: ARG001
    *_, offset, length, _ = message.numbers("SMB2_query_directory_request:output_buffer_len", "<HBBI16sHHI")
    message.pad_to("SMB2_query_directory_request:pad", offset - header.length)
    message.octets("SMB2_query_directory_request:file_name", length)


def _query_info(session: Session, header: Header, message: Reading) -> None:  # noqa: ARG001
    _, _, _, _, offset, _, length, *_ = message.numbers("SMB2_query_info_request:file_id", "<HBBIHHIII16s")
    message.pad_to("SMB2_query_info_request:pad", offset - header.length)
    message.octets("SMB2_query_info_request:buffer", length)


def fixed(where: str, layout: str) -> Reader:
    """The reader of a message of fixed size that no log tells of."""

    def read(session: Session, header: Header, message: Reading) -> None:  # noqa: ARG001
        message.numbers(where, layout)

    return read


REQUESTS: Final[dict[int, Reader]] = {
    headers.NEGOTIATE: _negotiate,
    headers.SESSION_SETUP: _session_setup,
    headers.TREE_CONNECT: _tree_connect,
    headers.TREE_DISCONNECT: _tree_disconnect,
    headers.CREATE: _create,
    headers.CLOSE: _close,
    headers.FLUSH: fixed("SMB2_flush_request", "<HHI16s"),
    headers.READ: _read,
    headers.WRITE: _write,
    headers.LOCK: _lock,
    headers.IOCTL: _ioctl,
    headers.CANCEL: fixed("SMB2_cancel_request", "<HH"),
    headers.ECHO: fixed("SMB2_echo_request", "<HH"),
    headers.QUERY_DIRECTORY: _query_directory,
    headers.CHANGE_NOTIFY: fixed("SMB2_change_notify_request", "<HHI16sII"),
    headers.QUERY_INFO: _query_info,
    headers.SET_INFO: set_info,
    headers.OPLOCK_BREAK: fixed("SMB2_oplock_break", "<HBBI16s"),
}
