"""Transactions of SMB 1: calls into pipes, and what is asked of file systems (MS-CIFS 2.2.4.33 to 47)."""

from typing import Final

from parsers.limits import SMB_PENDING
from parsers.protocols.smb import strings
from parsers.protocols.smb.smb1.header import BYTES, Part, Reader, fixed

_TRANSACTION, _TRANSACTION_SECONDARY = 0x25, 0x26
_TRANSACTION2, _TRANSACTION2_SECONDARY = 0x32, 0x33
_NT_TRANSACT: Final = 0xA0
_FIND_FIRST, _QUERY_PATH, _QUERY_FILE, _GET_DFS_REFERRAL = 0x01, 0x05, 0x07, 0x10
# The parameters that stand before a name.
_NAMED: Final = {
    _FIND_FIRST: ("trans2_find_first2_request:search_storage_type", "<HHHHI"),
    _QUERY_PATH: ("trans2_query_path_info_request:reserved", "<HI"),
    _GET_DFS_REFERRAL: ("trans2_get_dfs_referral_request:max_referral_level", "<H"),
}
# Parameters that Zeek does not read.
_UNREAD: Final = (0x03, 0x08)
_PIPE, _LANMAN = b"\\PIPE\\", b"LANMAN"


def _goes_to_pipe(part: Part, name: bytes) -> bool | None:
    """Whether a transaction's name says that it goes to a pipe; None where it says nothing."""
    step = 2 if part.header.is_unicode else 1
    wanted = len(_PIPE) * step
    if len(name) <= wanted - step or name[0:wanted:step] != _PIPE:
        return None
    lanman = name[wanted : wanted + len(_LANMAN) * step : step]
    return lanman != _LANMAN


def _transaction_request(part: Part) -> None:
    where = "SMB1_transaction_request"
    reading = part.reading
    fields = reading.numbers(f"{where}:reserved3", "<BHHHHBBHIHHHHHBB")
    parameter_count, parameter_offset, _, data_offset, setup_count, _ = fields[10:]
    reading.array(f"{where}:setup", setup_count, 2)
    reading.numbers(f"{where}:byte_count", "<H")
    name = strings.read(reading, is_unicode=part.header.is_unicode, at=reading.offset)
    reading.pad_to(f"{where}:pad1", parameter_offset - BYTES)
    reading.octets(f"{where}:parameters", parameter_count)
    reading.pad_to(f"{where}:pad2", data_offset - BYTES)
    data = reading.rest()
    session = part.session
    is_named = _goes_to_pipe(part, name)
    if is_named:
        session.pipes.deliver(0, True, data)
    calls = session.pipe_calls
    if len(calls) >= SMB_PENDING:
        del calls[next(iter(calls))]
    calls[part.header.message_id] = session.pipes.hold(part.header.tree_id) if is_named is None else is_named


def _transaction_response(part: Part) -> None:
    where = "SMB1_transaction_response"
    reading = part.reading
    fields = reading.numbers(f"{where}:reserved2", "<BHHHHHHHHHBB")
    parameter_count, parameter_offset, _, data_count, data_offset, _, setup_count, _ = fields[4:]
    reading.array(f"{where}:setup", setup_count, 2)
    reading.numbers(f"{where}:byte_count", "<H")
    reading.pad_to(f"{where}:pad0", parameter_offset - BYTES)
    reading.octets(f"{where}:parameters", parameter_count)
    reading.pad_to(f"{where}:pad1", data_offset - BYTES)
    if data_count > 0:
        reading.inner().array(f"{where}:data", 1, 1)
        data = reading.rest()
        if part.session.pipe_calls.pop(part.header.message_id, False):
            part.session.pipes.deliver(0, False, data)


def _transaction_secondary(part: Part) -> None:
    _read_secondary(part, "SMB1_transaction_secondary_request", "<BHHHHHHHHH")
    part.reading.rest()


def _transaction2_secondary(part: Part) -> None:
    where = "SMB1_transaction2_secondary_request"
    part.reading.octets(f"{where}:data", _read_secondary(part, where, "<BHHHHHHHHHH"))


def _read_secondary(part: Part, where: str, layout: str) -> int:
    """What both kinds of later requests begin with; the length of the data that follows."""
    reading = part.reading
    _, _, _, parameter_count, parameter_offset, _, data_count, data_offset, *_ = reading.numbers(
        f"{where}:byte_count", layout
    )
    reading.pad_to(f"{where}:pad1", parameter_offset - BYTES)
    reading.octets(f"{where}:parameters", parameter_count)
    reading.pad_to(f"{where}:pad2", data_offset - BYTES)
    return int(data_count)


def _transaction2_request(part: Part) -> None:
    fields = part.reading.numbers("SMB1_transaction2_request:byte_count", "<BHHHHBBHIHHHHHBBHH")
    parameter_offset, code = fields[11], fields[16]
    part.reading.pad_to("SMB1_transaction2_request:pad1", parameter_offset - BYTES)
    inner = part.reading.inner()
    if code in _NAMED:
        inner.numbers(*_NAMED[code])
        strings.read(inner, is_unicode=part.header.is_unicode, at=inner.offset)
    elif code == _QUERY_FILE:
        inner.numbers("trans2_query_file_info_request", "<HH")
    elif code not in _UNREAD:
        inner.rest()
    part.reading.place = inner.place


def _transaction2_response(part: Part) -> None:
    *_, count = part.reading.numbers("SMB1_transaction2_response:byte_count", "<BHHHHHHHHHBBH")
    part.reading.octets("SMB1_transaction2_response:stuff", count)


REQUESTS: Final[dict[int, Reader]] = {
    _TRANSACTION: _transaction_request,
    _TRANSACTION_SECONDARY: _transaction_secondary,
    _TRANSACTION2: _transaction2_request,
    _TRANSACTION2_SECONDARY: _transaction2_secondary,
    _NT_TRANSACT: fixed("SMB1_nt_transact_request", "<B"),
}
RESPONSES: Final[dict[int, Reader]] = {
    _TRANSACTION: _transaction_response,
    _TRANSACTION2: _transaction2_response,
    _NT_TRANSACT: fixed("SMB1_nt_transact_response", "<B"),
}
