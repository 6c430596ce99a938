"""A DHCP message as Zeek reads it (RFC 2131 2, RFC 2132).

Options of a known size take that many bytes, whatever length they say.
Source: Zeek, src/analyzer/protocol/dhcp/{dhcp-protocol,dhcp-options}.pac.
"""

from dataclasses import dataclass, field
from struct import Struct

from parsers.protocols.binpac import out_of_bound

COOKIE = 0x63825363
_PAD, _END = 0, 255
HOST_NAME, DOMAIN_NAME, REQUESTED, LEASE, TYPE, MESSAGE, CLIENT_ID, FQDN = 12, 15, 50, 51, 53, 56, 61, 81
_RELAY_AGENT = 82

_HEAD = Struct(">4xI8x4s8x16s192xI")
# The end of each part of the head that is checked by itself.
_PARTS = ((28, "giaddr"), (44, "chaddr"), (108, "sname"), (236, "file_n"), (240, "cookie"))

# Options whose size does not depend on their length.
_FIXED = {
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
_ADDRESSES = {
    3: "ROUTER_OPTION:router_list",
    4: "TIME_SERVER_OPTION:timeserver_list",
    5: "NAME_SERVER_OPTION:nameserver_list",
    6: "DNS_SERVER_OPTION:dns_server_list",
    42: "NTP_SERVER_OPTION:ntpserver_list",
    44: "NBNS_OPTION:nbns",
}
# Options that are as long as they say.
_TEXTS = {
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
_HEADED = {
    CLIENT_ID: (1, "Client_Identifier:hwtype", "Client_Identifier:hwaddr"),
    FQDN: (3, "Client_FQDN:rcode2", "Client_FQDN:domain_name"),
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
        except Exception:
            self._relayed = 0
            raise

    def _message(self, data: bytes) -> Message:
        for end, part in _PARTS:
            if len(data) < end:
                raise out_of_bound(f"DHCP_Message:{part}", end, len(data))
        message = Message(*_HEAD.unpack_from(data))
        place = _HEAD.size
        types = []
        while place < len(data):
            code = data[place]
            place += 1
            if code == _END:
                break
            if code == _PAD:
                continue
            if place == len(data):
                raise out_of_bound("OptionValueWrapper:length", 1, 0)
            start = place + 1
            place = self._option_end(data, start, code, data[place])
            message.options[code] = data[start:place]
            if code == TYPE:
                types.append(data[start])
        message.kind = types[0] if types else 0
        return message

    def _option_end(self, data: bytes, start: int, code: int, length: int) -> int:
        """The place after an option whose value begins at `start`."""
        left = len(data) - start
        if code in _FIXED:
            where, size = _FIXED[code]
        elif code in _ADDRESSES:
            where, size = _ADDRESSES[code], length // 4 * 4
            if size > left:
                raise out_of_bound(where, length // 4, left)
        elif code in _HEADED:
            head, head_name, where = _HEADED[code]
            if head > left:
                raise out_of_bound(head_name, head, left)
            size = length
            if size < head:
                raise out_of_bound(where, size, left)
        elif code == _RELAY_AGENT:
            return self._relay_agent_end(data, start, length)
        else:
            where, size = _TEXTS.get(code, "OptionValue:other"), length
        if size > left:
            raise out_of_bound(where, size, left)
        return start + size

    def _relay_agent_end(self, data: bytes, start: int, length: int) -> int:
        place = start
        while place < len(data):
            left = len(data) - place
            if left < 2:
                raise out_of_bound("Relay_Agent_SubOption:length", 2, left)
            size = 2 + data[place + 1]
            if size > left:
                raise out_of_bound("Relay_Agent_SubOption:value", size, left)
            place += size
            self._relayed = (self._relayed + size) & 0xFF
            if self._relayed == length:
                break
        return place
