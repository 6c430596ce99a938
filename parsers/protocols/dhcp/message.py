"""A DHCP message as Zeek reads it (RFC 2131 2, RFC 2132).

Options of a known size take that many bytes, whatever length they say.
Source: Zeek, src/analyzer/protocol/dhcp/{dhcp-protocol,dhcp-options}.pac.
"""

from dataclasses import dataclass, field
from typing import Final

from parsers.protocols.binpac import BinpacError
from parsers.protocols.grammar import Reading

COOKIE: Final = 0x63825363
_PAD, _END = 0, 255
HOST_NAME, DOMAIN_NAME, REQUESTED, LEASE, TYPE, MESSAGE, CLIENT_ID, FQDN = 12, 15, 50, 51, 53, 56, 61, 81
_RELAY_AGENT: Final = 82

_CHADDR_BYTES, _SNAME_BYTES, _FILE_BYTES = 16, 64, 128

# Options whose size does not depend on their length.
_FIXED: Final = {
    1: ("SUBNET_OPTION:subnet", 4),
    2: ("TIME_OFFSET_OPTION:time_offset", 4),
    19: ("FORWARDING_OPTION:forwarding", 1),
    28: ("BROADCAST_ADDRESS_OPTION:broadcast_address", 4),
    REQUESTED: ("ADDR_REQUEST_OPTION:addr_request", 4),
    LEASE: ("LEASE_OPTION:lease", 4),
    TYPE: ("OptionValue:msg_type", 1),
    54: ("SERV_ID_OPTION:serv_addr", 4),
    57: ("MAX_MESSAGE_SIZE_OPTION:max_msg_size", 2),
    58: ("RENEWAL_TIME_OPTION:renewal_time", 4),
    59: ("REBINDING_TIME_OPTION:rebinding_time", 4),
    116: ("AUTO_CONFIG_OPTION:auto_config", 1),
}
# Options that hold as many addresses as fit into their length.
_ADDRESSES: Final = {
    3: "ROUTER_OPTION:router_list",
    4: "TIME_SERVER_OPTION:timeserver_list",
    5: "NAME_SERVER_OPTION:nameserver_list",
    6: "DNS_SERVER_OPTION:dns_server_list",
    42: "NTP_SERVER_OPTION:ntpserver_list",
    44: "NBNS_OPTION:nbns",
}
# Options that are as long as they say.
_TEXTS: Final = {
    HOST_NAME: "HOST_NAME_OPTION:host_name",
    DOMAIN_NAME: "DOMAIN_NAME_OPTION:domain_name",
    43: "VENDOR_SPECIFIC_OPTION:vendor_specific",
    55: "PAR_REQ_LIST_OPTION:par_req_list",
    MESSAGE: "MESSAGE_OPTION:message",
    60: "VENDOR_CLASS_OPTION:vendor_class",
    77: "USER_CLASS_OPTION:user_class",
    252: "AUTO_PROXY_CONFIG_OPTION:auto_proxy_config",
}
# Options that begin with a part of this size.
_HEADED: Final = {
    CLIENT_ID: ("Client_Identifier:hwtype", 1, "Client_Identifier:hwaddr"),
    FQDN: ("Client_FQDN:rcode2", 3, "Client_FQDN:domain_name"),
}


@dataclass(slots=True)
class Message:
    """What is looked at of a message.

    kind     its type's number, 0 where it has none
    chaddr   the client's hardware address, sixteen bytes
    yiaddr   the address that the server gives, four bytes
    options  the last of each, by its code
    """

    xid: int
    yiaddr: bytes
    chaddr: bytes
    cookie: int
    kind: int = 0
    options: dict[int, bytes] = field(default_factory=dict)


class Flow:
    """The messages of one direction."""

    def __init__(self) -> None:
        # Zeek looks for the end of a relay agent's option by a sum that goes on from message to message.
        self._relayed = 0

    def read(self, data: bytes) -> Message:
        """One message; raises BinpacError where it does not fit."""
        try:
            return self._message(data)
        except BinpacError:
            self._relayed = 0
            raise

    def _message(self, data: bytes) -> Message:
        reading = Reading(data)
        xid, yiaddr = reading.numbers("DHCP_Message:giaddr", ">4xI8x4s8x")
        chaddr = reading.octets("DHCP_Message:chaddr", _CHADDR_BYTES)
        reading.octets("DHCP_Message:sname", _SNAME_BYTES)
        reading.octets("DHCP_Message:file_n", _FILE_BYTES)
        (cookie,) = reading.numbers("DHCP_Message:cookie", ">I")
        message = Message(xid, yiaddr, chaddr, cookie)
        types = []
        while reading.left:
            code = data[reading.place]
            reading.place += 1
            if code == _END:
                break
            if code == _PAD:
                continue
            (length,) = reading.inner().numbers("OptionValueWrapper:length", "B")
            reading.place += 1
            value = message.options[code] = self._value(reading, code, length)
            if code == TYPE:
                types.append(value[0])
        message.kind = types[0] if types else 0
        return message

    def _value(self, reading: Reading, code: int, length: int) -> bytes:
        start = reading.place
        part = reading.inner()
        if code in _FIXED:
            part.octets(*_FIXED[code])
        elif code in _ADDRESSES:
            part.array(_ADDRESSES[code], length // 4, 4)
        elif code in _HEADED:
            head_name, head, where = _HEADED[code]
            part.octets(head_name, head)
            part.octets(where, length - head)
        elif code == _RELAY_AGENT:
            self._pass_relay_agent(part, length)
        else:
            part.octets(_TEXTS.get(code, "OptionValue:other"), length)
        reading.place = part.place
        return reading.data[start : part.place]

    def _pass_relay_agent(self, reading: Reading, length: int) -> None:
        while reading.left:
            part = reading.inner()
            _, size = part.numbers("Relay_Agent_SubOption:length", "BB")
            part.octets("Relay_Agent_SubOption:value", size)
            reading.place = part.place
            self._relayed = (self._relayed + part.offset) & 0xFF
            if self._relayed == length:
                break
