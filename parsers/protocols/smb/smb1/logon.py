"""How a client comes to a share in SMB 1: a dialect, a log-on, a tree (MS-CIFS 2.2.4.52 to 55, MS-SMB 2.2.4)."""

from typing import Final

from parsers import escape
from parsers.protocols.binpac import invalid_case
from parsers.protocols.grammar import Reading
from parsers.protocols.smb import strings
from parsers.protocols.smb.smb1.header import Part, Reader
from parsers.protocols.smb.state import PIPE, Tree, keep

_TREE_DISCONNECT: Final = 0x71
_NEGOTIATE, _SESSION_SETUP, _LOGOFF, _TREE_CONNECT = 0x72, 0x73, 0x74, 0x75
# Which dialect it is shows in the number of words that a message has.
_CORE, _LANMAN, _NT = 0x01, 0x0D, 0x11
_LANMAN_SETUP, _EXTENDED_SETUP, _NT_SETUP = 0x0A, 0x0C, 0x0D
_LANMAN_SET_UP, _NT_SET_UP = 0x03, 0x04
_EXTENDED_SECURITY: Final = 0x8000_0000
_GUID_BYTES: Final = 16


def _negotiate_request(part: Part) -> None:
    _, length = part.reading.numbers("SMB1_negotiate_request:byte_count", "<BH")
    start = part.reading.place
    part.reading.octets("SMB1_negotiate_request:dialects", length)
    dialects = Reading(part.reading.data, start, part.reading.place)
    while dialects.left > 0:
        dialects.numbers("SMB_dialect:buffer_format", "<B")
        strings.read(dialects, is_unicode=False, at=0)


def _negotiate_response(part: Part) -> None:
    words, _ = part.reading.numbers("SMB1_negotiate_response:dialect_index", "<BH")
    inner = part.reading.inner()
    said = Part(part.session, part.header, inner, 0, 0, part.follow)
    if words == _CORE:
        inner.numbers("SMB1_negotiate_core_response", "<H")
    elif words == _LANMAN:
        *_, key_length, _, _ = inner.numbers("SMB1_negotiate_lanman_response:byte_count", "<HHHHHIHHHHHH")
        inner.octets("SMB1_negotiate_lanman_response:encryption_key", key_length)
        said.string()
    elif words == _NT:
        _read_nt_response(said)
    else:
        raise invalid_case("SMB1_negotiate_response", words)
    part.reading.place = inner.place


def _read_nt_response(said: Part) -> None:
    inner = said.reading
    *_, capabilities, _, _, key_length, length = inner.numbers(
        "SMB1_negotiate_ntlm_response:byte_count", "<BHHIIIIQHBH"
    )
    if not capabilities & _EXTENDED_SECURITY:
        inner.octets("SMB1_negotiate_ntlm_response:encryption_key", key_length)
        said.string()
        return
    inner.octets("SMB1_negotiate_ntlm_response:server_guid", _GUID_BYTES)
    blob = inner.octets("SMB1_negotiate_ntlm_response:security_blob", length - _GUID_BYTES)
    said.session.security.deliver(False, blob)


def _session_setup_request(part: Part) -> None:
    where = "SMB1_session_setup_andx_request"
    (words,) = part.reading.numbers(f"{where}:word_count", "<B")
    said = _behind_words(part)
    inner = said.reading
    blob = None
    if words == _LANMAN_SETUP:
        where = f"{where}_lanman"
        command, _, offset, _, _, _, _, length, _, _ = inner.numbers(f"{where}:byte_count", "<BBHHHHIHIH")
        inner.octets(f"{where}:account_password", length)
        names = 4
    elif words == _EXTENDED_SETUP:
        where = f"{where}_ntlm_extended_security"
        command, _, offset, _, _, _, _, length, *_ = inner.numbers(f"{where}:byte_count", "<BBHHHHIHIIH")
        blob = inner.octets(f"{where}:security_blob", length)
        names = 2
    elif words == _NT_SETUP:
        where = f"{where}_ntlm_nonextended_security"
        command, _, offset, _, _, _, _, length, other, *_ = inner.numbers(f"{where}:byte_count", "<BBHHHHIHHIIH")
        inner.octets(f"{where}:case_insensitive_password", length)
        inner.octets(f"{where}:case_sensitive_password", other)
        names = 4
    else:
        raise invalid_case(where, words)
    for _ in range(names):
        said.string(1)
    said.chain(where, True, command, offset)
    part.reading.place = inner.place
    if blob is not None:
        part.session.security.deliver(True, blob)


def _session_setup_response(part: Part) -> None:
    where = "SMB1_session_setup_andx_response"
    (words,) = part.reading.numbers(f"{where}:word_count", "<B")
    said = _behind_words(part)
    inner = said.reading
    blob = None
    if words == _LANMAN_SET_UP:
        where = f"{where}_lanman"
        command, _, offset, _, count = inner.numbers(f"{where}:byte_count", "<BBHHH")
        for name in ("native_os", "native_lanman", "primary_domain") if count else ():
            Reading(inner.data, inner.place, inner.end).array(f"{where}:{name}", 1, 1)
            said.string(1)
    elif words == _NT_SET_UP:
        where = f"{where}_ntlm"
        command, _, offset, _, length, _ = inner.numbers(f"{where}:byte_count", "<BBHHHH")
        blob = inner.octets(f"{where}:security_blob", length)
        said.string(1)
        said.string(1)
    else:
        part.reading.numbers(f"{where}:error", "<H")
        return
    said.chain(where, False, command, offset)
    part.reading.place = inner.place
    if blob is not None:
        part.session.security.deliver(False, blob)


def _behind_words(part: Part) -> Part:
    """The rest of a command behind the number of its words, which is a record of its own."""
    return Part(part.session, part.header, part.reading.inner(), part.offset + 1, part.depth, part.follow)


def _tree_connect_request(part: Part) -> None:
    where = "SMB1_tree_connect_andx_request"
    _, command, _, offset, _, length, _ = part.reading.numbers(f"{where}:byte_count", "<BBBHHHH")
    part.reading.array(f"{where}:password", length, 1)
    path = part.text()
    service = strings.read(part.reading, is_unicode=False, at=0)
    part.chain(where, True, command, offset)
    state = part.session.state
    if state.command is not None:
        named = escape.text(service.removesuffix(b"\0"))
        state.command.tree = Tree(state.now, escape.text(path), named)


def _tree_connect_response(part: Part) -> None:
    where = "SMB1_tree_connect_andx_response"
    reading = part.reading
    words, command, _, offset = reading.numbers(f"{where}:andx", "<BBBH")
    if words >= 3:
        reading.array(f"{where}:optional_support", 1, 2)
        reading.pad(f"{where}:pad", (words - 3) * 2)
    (count,) = reading.numbers(f"{where}:byte_count", "<H")
    raw_service = strings.read(reading, is_unicode=False, at=0)
    file_system = b""
    if count > len(raw_service):
        Reading(reading.data, reading.place, reading.end).array(f"{where}:native_file_system", 1, 1)
        file_system = part.text()
    part.chain(where, False, command, offset)
    service = raw_service.removesuffix(b"\0")
    session = part.session
    if service.startswith(b"IPC"):
        session.pipes.add_tree(part.header.tree_id)
    state = session.state
    tree = state.command.tree if state.command is not None else None
    if tree is None:
        return
    tree.service = escape.text(service)
    if service == b"IPC":
        tree.share_type = PIPE
    if file_system:
        tree.native_file_system = escape.text(file_system)
    state.tree = keep(state.trees, part.header.tree_id, tree)
    state.log_tree()


def _logoff(part: Part) -> None:
    _, command, _, offset, _ = part.reading.numbers("SMB1_logoff_andx:byte_count", "<BBBHH")
    # Zeek takes what follows for a request in either direction.
    part.chain("SMB1_logoff_andx", True, command, offset)


def _tree_disconnect(part: Part) -> None:
    part.reading.numbers("SMB1_tree_disconnect", "<BH")


REQUESTS: Final[dict[int, Reader]] = {
    _NEGOTIATE: _negotiate_request,
    _SESSION_SETUP: _session_setup_request,
    _TREE_CONNECT: _tree_connect_request,
    _TREE_DISCONNECT: _tree_disconnect,
    _LOGOFF: _logoff,
}
RESPONSES: Final[dict[int, Reader]] = {
    _NEGOTIATE: _negotiate_response,
    _SESSION_SETUP: _session_setup_response,
    _TREE_CONNECT: _tree_connect_response,
    _TREE_DISCONNECT: _tree_disconnect,
    _LOGOFF: _logoff,
}
