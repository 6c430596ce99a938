"""What a client changes about an opened file in SMB 2: times, name, whether it is to be deleted (MS-FSCC 2.4)."""

from typing import Final

from parsers import escape
from parsers.protocols.grammar import Reading
from parsers.protocols.smb import strings
from parsers.protocols.smb.session import Session
from parsers.protocols.smb.smb2.header import Header, file_id
from parsers.protocols.smb.state import State

_FILE, _FILE_SYSTEM = 1, 2
_BASIC, _RENAME, _LINK, _DISPOSITION, _FULL_EA, _SHORT_NAME = 0x04, 0x0A, 0x0B, 0x0D, 0x0F, 0x28
_OBJECT_ID: Final = 0x08
_FIXED: Final = {
    0x0E: ("SMB2_file_position_info", "<q"),
    0x10: ("SMB2_file_mode_info", "<I"),
    0x13: ("SMB2_file_allocation_info", "<q"),
    0x14: ("SMB2_file_endoffile_info", "<q"),
    0x18: ("SMB2_file_pipe_info", "<II"),
    0x27: ("SMB2_file_validdatalength_info", "<q"),
}
_FIXED_OF_FILE_SYSTEM: Final = {0x06: ("SMB2_file_fscontrol_info", "<qqqQQI4x")}


def set_info(session: Session, header: Header, message: Reading) -> None:
    """Read a SET_INFO request."""
    _, kind, level, _, offset, _, _, persistent, volatile = message.numbers(
        "SMB2_set_info_request:file_id", "<HBBIHHIQQ"
    )
    message.pad_to("SMB2_set_info_request:pad", offset - header.length)
    value = message.inner()
    if kind == _FILE:
        _read_file(session.state, level, value, file_id(persistent, volatile))
    elif kind == _FILE_SYSTEM and level in _FIXED_OF_FILE_SYSTEM:
        value.numbers(*_FIXED_OF_FILE_SYSTEM[level])
    elif kind == _FILE_SYSTEM and level == _OBJECT_ID:
        value.numbers("SMB2_file_fsobjectid_info:object_id", "<16s")
        strings.sized(value, 48)
    message.place = value.place


def _read_file(state: State, level: int, value: Reading, number: int) -> None:
    if level in _FIXED:
        value.numbers(*_FIXED[level])
    elif level == _BASIC:
        value.numbers("SMB2_file_basic_info", "<QQQQI")
        _act(state, number, "FILE_SET_ATTRIBUTE")
    elif level == _RENAME:
        name = _new_name(value, "SMB2_file_rename_info:filename_len")
        _rename(state, number, strings.of_utf16(state, name))
    elif level == _LINK:
        _new_name(value, "SMB2_file_link_info:file_name_length")
    elif level == _DISPOSITION:
        (is_pending,) = value.numbers("SMB2_file_disposition_info", "<B")
        if is_pending:
            delete(state, number)
        else:
            state.set_file(number)
            state.log_file()
    elif level == _FULL_EA:
        _read_attributes(value)
    elif level == _SHORT_NAME:
        (length,) = value.numbers("SMB2_file_shortname_info:filename_length", "<I")
        strings.sized(value, length)


def delete(state: State, number: int) -> None:
    """A file is to be deleted once it is closed."""
    _act(state, number, "FILE_DELETE")


def _act(state: State, number: int, action: str) -> None:
    state.set_file(number).action = action
    state.log_file()


def _rename(state: State, number: int, name: bytes) -> None:
    file = state.set_file(number)
    if file.name is not None:
        file.prev_name = file.name
    file.name = escape.text(name)
    _act(state, number, "FILE_RENAME")


def _new_name(value: Reading, where: str) -> bytes:
    *_, length = value.numbers(where, "<B7sQI")
    return strings.sized(value, length)


def _read_attributes(value: Reading) -> None:
    """Extended attributes, each with the way to the next one."""
    while value.left > 0:
        element = value.inner()
        following, _, name_length, value_length = element.numbers(
            "SMB2_file_fullea_info_element:ea_value_length", "<IBBH"
        )
        strings.sized(element, name_length)
        strings.sized(element, value_length)
        element.pad_to("SMB2_file_fullea_info_element:pad_to_next", following)
        value.place = element.place
        if not following:
            break
