"""Commands of SMB 1 that no log tells of; what does not fit in them is a fault all the same."""

from typing import Final

from parsers.protocols.binpac import invalid_case
from parsers.protocols.smb import strings
from parsers.protocols.smb.smb1.header import Part, Reader, fixed

_QUERY_INFORMATION: Final = 0x08
_CHECK_DIRECTORY: Final = 0x10
_LOCKING: Final = 0x24
_ECHO: Final = 0x2B
_NT_CANCEL: Final = 0xA4


def _named(where: str) -> Reader:
    """The reader of a command about the file of a name."""

    def read(part: Part) -> None:
        part.reading.numbers(where, "<BHB")
        strings.read(part.reading, is_unicode=part.header.is_unicode, at=part.reading.offset)

    return read


def _echo(where: str) -> Reader:
    """The reader of bytes that come back."""

    def read(part: Part) -> None:
        *_, count = part.reading.numbers(f"{where}:byte_count", "<BHH")
        part.reading.octets(f"{where}:data", count)

    return read


def _locking_request(part: Part) -> None:
    """Zeek never knows how long a lock's offset is, and gives up."""
    part.reading.numbers("SMB1_locking_andx_request:bytecount", "<BBBHHBBIHHH")
    raise invalid_case("SMB1_locking_andx_request", 0)


def _nothing(part: Part) -> None:
    """An answer of which Zeek reads nothing."""


REQUESTS: Final[dict[int, Reader]] = {
    _QUERY_INFORMATION: _named("SMB1_query_information_request:buffer_format"),
    _CHECK_DIRECTORY: _named("SMB1_check_directory_request:buffer_format"),
    _LOCKING: _locking_request,
    _ECHO: _echo("SMB1_echo_request"),
    _NT_CANCEL: fixed("SMB1_nt_cancel_request", "<BH"),
}
RESPONSES: Final[dict[int, Reader]] = {
    _QUERY_INFORMATION: fixed("SMB1_query_information_response", "<BHII10sH"),
    _CHECK_DIRECTORY: fixed("SMB1_check_directory_response", "<BH"),
    _LOCKING: _nothing,
    _ECHO: _echo("SMB1_echo_response"),
}
