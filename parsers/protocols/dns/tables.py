"""The numbers of DNS and NetBIOS name service and what Zeek's dns.log calls them.

Source: IANA's DNS parameters, RFC 1002 4.2.1.1 (NetBIOS opcodes); Zeek, base/protocols/dns/consts.zeek (the spelling).
"""

from typing import Final

TYPES: Final = {
    1: "A",
    2: "NS",
    3: "MD",
    4: "MF",
    5: "CNAME",
    6: "SOA",
    7: "MB",
    8: "MG",
    9: "MR",
    10: "NULL",
    11: "WKS",
    12: "PTR",
    13: "HINFO",
    14: "MINFO",
    15: "MX",
    16: "TXT",
    17: "RP",
    18: "AFSDB",
    19: "X25",
    20: "ISDN",
    21: "RT",
    22: "NSAP",
    23: "NSAP-PTR",
    24: "SIG",
    25: "KEY",
    26: "PX",
    27: "GPOS",
    28: "AAAA",
    29: "LOC",
    30: "NXT",
    31: "EID",
    32: "NIMLOC",
    33: "SRV",
    34: "ATMA",
    35: "NAPTR",
    36: "KX",
    37: "CERT",
    38: "A6",
    39: "DNAME",
    40: "SINK",
    41: "OPT",
    42: "APL",
    43: "DS",
    44: "SSHFP",
    45: "IPSECKEY",
    46: "RRSIG",
    47: "NSEC",
    48: "DNSKEY",
    49: "DHCID",
    50: "NSEC3",
    51: "NSEC3PARAM",
    52: "TLSA",
    53: "SMIMEA",
    55: "HIP",
    56: "NINFO",
    57: "RKEY",
    58: "TALINK",
    59: "CDS",
    60: "CDNSKEY",
    61: "OPENPGPKEY",
    62: "CSYNC",
    63: "ZONEMD",
    64: "SVCB",
    65: "HTTPS",
    99: "SPF",
    100: "UINFO",
    101: "UID",
    102: "GID",
    103: "UNSPEC",
    104: "NID",
    105: "L32",
    106: "L64",
    107: "LP",
    108: "EUI48",
    109: "EUI64",
    249: "TKEY",
    250: "TSIG",
    251: "IXFR",
    252: "AXFR",
    253: "MAILB",
    254: "MAILA",
    255: "*",
    256: "URI",
    257: "CAA",
    32768: "TA",
    32769: "DLV",
    65281: "WINS",
    65282: "WINS-R",
    65422: "XPF",
    65521: "INTEGRITY",
}

CLASSES: Final = {1: "C_INTERNET", 2: "C_CSNET", 3: "C_CHAOS", 4: "C_HESIOD", 254: "C_NONE", 255: "C_ANY"}

# A message's four bits; the codes beyond 15 need EDNS, which the log does not look at.
RCODES: Final = (
    "NOERROR",
    "FORMERR",
    "SERVFAIL",
    "NXDOMAIN",
    "NOTIMP",
    "REFUSED",
    "YXDOMAIN",
    "YXRRSET",
    "NXRRSet",
    "NOTAUTH",
    "NOTZONE",
    *(f"unassigned-{code}" for code in range(11, 16)),
)

QUERY: Final = 0
NOTIFY: Final = 4
UPDATE: Final = 5
_OPCODES = {QUERY: "query", 1: "iquery", 2: "server-status", NOTIFY: "notify", UPDATE: "dynamic-update", 6: "dso"}
_NETBIOS_OPCODES: Final = {0: "query", 5: "registration", 6: "release", 7: "wack", 8: "refresh"}

OPCODES: Final = tuple(_OPCODES.get(code, f"opcode-{code}") for code in range(16))
NETBIOS_OPCODES: Final = tuple(f"netbios-{_NETBIOS_OPCODES.get(code, f'opcode-{code}')}" for code in range(16))


def type_name(code: int) -> str:
    """What a query type is called."""
    return TYPES.get(code) or f"query-{code}"


def class_name(code: int) -> str:
    """What a query class is called."""
    return CLASSES.get(code) or f"qclass-{code}"
