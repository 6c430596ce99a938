"""The parameters of SVCB and HTTPS records: nothing of them is shown, but what is weird in them is told.

Source: RFC 9460 2.2; Zeek, src/analyzer/protocol/dns/DNS.cc (Parse_SvcParams).
"""

from struct import Struct

from parsers.protocols.dns.message import MalformedError, Message, Reading

_SHORT = Struct(">H").unpack_from
_PARAMETER = Struct(">HH").unpack_from


def svcb(message: Message, place: int, length: int) -> Reading:
    """A priority, the name of the server and parameters."""
    if len(message.data) - place < 3:
        message.tell("DNS_SVCB_wrong_length")
        raise MalformedError
    priority = _SHORT(message.data, place)[0]
    end = place + length
    _, place = message.name(place + 2)
    if place < end and not priority:
        message.tell("DNS_SVCB_aliasmode_with_params")
    while end - place >= 4:
        key, size = _PARAMETER(message.data, place)
        place += 4
        if size > end - place:
            message.tell("DNS_SVCB_param_value_toobig", f"{size} capped to {end - place}")
            size = end - place
        else:
            _check(message, key, message.data[place : place + size])
        place += size
    return None, place


def _check(message: Message, key: int, value: bytes) -> None:
    """Whether a parameter's value has the length that it should."""
    size = len(value)
    match key:
        case 0 if not size or size % 2:
            message.tell("DNS_SVCB_mandatory_length_invalid")
        case 1 if not _holds_identifiers(value):
            message.tell("DNS_SVCB_alpn_length_invalid")
        case 2 if size:
            message.tell("DNS_SVCB_nodefaultalpn_value")
        case 3 if size != 2:
            message.tell("DNS_SVCB_port_length_invalid")
        case 4 | 6 if size % (4 if key == 4 else 16):
            message.tell("DNS_SVCB_hint_length_invalid")
        case _ if key > 6:
            message.tell("DNS_SVCB_key_reserved_or_invalid")


def _holds_identifiers(value: bytes) -> bool:
    """Whether it is a list of protocols, each with its length before it."""
    place = 0
    while place + 2 <= len(value):
        size = value[place]
        place += 1 + size
        if not size or place > len(value):
            return False
    return place == len(value)
