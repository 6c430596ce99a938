"""Files in SMB 1: opened, read, written, closed (MS-CIFS 2.2.4)."""

from typing import Final

from parsers import escape
from parsers.protocols.smb.smb1.header import BYTES, Part, Reader, fixed
from parsers.protocols.smb.state import OpenFile, State, Times

_CLOSE: Final = 0x04
_READ, _WRITE = 0x2E, 0x2F
_NT_CREATE: Final = 0xA2
# The words of a request that has the high half of an offset too.
_LONG_READ, _LONG_WRITE = 0x0C, 0x0E
_NO_OFFSET: Final = 0xFFFF_FFFF
_HIGH: Final = 0x1_0000


def _create_request(part: Part) -> None:
    _, command, _, andx_offset, *_ = part.reading.numbers(
        "SMB1_nt_create_andx_request:byte_count", "<BBBHBHIIIQIIIIIBH"
    )
    raw = part.text()
    part.chain("SMB1_nt_create_andx_request", True, command, andx_offset)
    state = part.session.state
    part.session.pipes.guess(part.header.tree_id, raw)
    if state.command is not None:
        state.command.file = state.file = OpenFile(state.now, name=escape.text(raw), action="FILE_OPEN")


def _create_response(part: Part) -> None:
    _, command, _, andx_offset, _, number, _, created, accessed, written, changed, _, _, size, *_ = (
        part.reading.numbers("SMB1_nt_create_andx_response:byte_count", "<BBBHBHIQQQQIQQHHBH")
    )
    part.chain("SMB1_nt_create_andx_response", False, command, andx_offset)
    state = part.session.state
    if state.command is None:
        return
    file = state.command.file
    file.action = "FILE_OPEN"
    file.size = size
    times = Times(written, accessed, created, changed)
    if times.are_known:
        file.times = times
    state.files.pop(number, None)
    state.set_file(number)
    state.log_file()


def _read_request(part: Part) -> None:
    words, command, _, andx_offset, number, low, *_ = part.reading.numbers(
        "SMB1_read_andx_request:remaining", "<BBBHHIHHIH"
    )
    high = _NO_OFFSET
    if words == _LONG_READ:
        (high,) = part.reading.numbers("SMB1_read_andx_request:offset_high_tmp", "<I")
    part.reading.numbers("SMB1_read_andx_request:byte_count", "<H")
    part.chain("SMB1_read_andx_request", True, command, andx_offset)
    _use(part.session.state, number, "FILE_READ")
    # Zeek shifts the high half by two bytes only.
    part.session.offsets[part.header.message_id] = (0 if high == _NO_OFFSET else high) * _HIGH + low


def _read_response(part: Part) -> None:
    _, command, _, andx_offset, _, _, _, low, data_offset, high, *_ = part.reading.numbers(
        "SMB1_read_andx_response:byte_count", "<BBBHHHHHHHQH"
    )
    part.reading.pad_to("SMB1_read_andx_response:pad", data_offset - BYTES)
    data = part.reading.octets("SMB1_read_andx_response:data", high << 16 | low)
    part.chain("SMB1_read_andx_response", False, command, andx_offset)
    session = part.session
    if part.header.is_pipe:
        session.pipes.deliver(0, False, data)
    elif data:
        session.files.data(False, session.offsets.pop(part.header.message_id, 0), data)


def _write_request(part: Part) -> None:
    words, command, _, andx_offset, number, low, _, _, _, length_high, length_low, data_offset = part.reading.numbers(
        "SMB1_write_andx_request:data_offset", "<BBBHHIIHHHHH"
    )
    high = 0
    if words == _LONG_WRITE:
        (high,) = part.reading.numbers("SMB1_write_andx_request:offset_high_tmp", "<I")
    part.reading.numbers("SMB1_write_andx_request:byte_count", "<H")
    part.reading.pad_to("SMB1_write_andx_request:pad", data_offset - BYTES)
    data = part.reading.octets("SMB1_write_andx_request:data", length_high << 16 | length_low)
    part.chain("SMB1_write_andx_request", True, command, andx_offset)
    session = part.session
    if part.header.is_pipe:
        session.pipes.deliver(0, True, data)
    _use(session.state, number, "FILE_WRITE")
    if not part.header.is_pipe and data:
        session.files.data(True, (high * _HIGH + low) & 0xFFFF_FFFF, data)


def _write_response(part: Part) -> None:
    _, command, _, andx_offset, *_ = part.reading.numbers("SMB1_write_andx_response:byte_count", "<BBBHHHHHH")
    part.chain("SMB1_write_andx_response", False, command, andx_offset)


def _close_request(part: Part) -> None:
    _, number, _, _ = part.reading.numbers("SMB1_close_request", "<BHIH")
    state = part.session.state
    file = state.set_file(number)
    file.action = "FILE_CLOSE"
    if state.tree is not None and state.tree.path is not None:
        file.path = state.tree.path
    del state.files[number]
    state.log_file()
    part.session.files.close()


def _use(state: State, number: int, action: str) -> None:
    """Something is done with an opened file."""
    file = state.set_file(number)
    file.action = action
    if file.path is None and state.tree is not None:
        file.path = state.tree.path
    state.log_file()


REQUESTS: Final[dict[int, Reader]] = {
    _CLOSE: _close_request,
    _READ: _read_request,
    _WRITE: _write_request,
    _NT_CREATE: _create_request,
}
RESPONSES: Final[dict[int, Reader]] = {
    _CLOSE: fixed("SMB_empty_response", "<BH"),
    _READ: _read_response,
    _WRITE: _write_response,
    _NT_CREATE: _create_response,
}
