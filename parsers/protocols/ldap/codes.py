"""The numbers of LDAP's operations and results (RFC 4511, 4.1.9 and IANA's registry), and Zeek's words for them.

Source: Zeek, base/protocols/ldap/consts.zeek.
"""

from enum import IntEnum
from typing import Final


class Opcode(IntEnum):
    """What a message is."""

    BIND_REQUEST = 0
    BIND_RESPONSE = 1
    UNBIND_REQUEST = 2
    SEARCH_REQUEST = 3
    SEARCH_RESULT_ENTRY = 4
    SEARCH_RESULT_DONE = 5
    MODIFY_REQUEST = 6
    MODIFY_RESPONSE = 7
    ADD_REQUEST = 8
    ADD_RESPONSE = 9
    DEL_REQUEST = 10
    DEL_RESPONSE = 11
    MOD_DN_REQUEST = 12
    MOD_DN_RESPONSE = 13
    COMPARE_REQUEST = 14
    COMPARE_RESPONSE = 15
    ABANDON_REQUEST = 16
    SEARCH_RESULT_REFERENCE = 19
    EXTENDED_REQUEST = 23
    EXTENDED_RESPONSE = 24
    INTERMEDIATE_RESPONSE = 25


SEARCH_DONE = Opcode.SEARCH_RESULT_DONE
SEARCHES = frozenset((Opcode.SEARCH_REQUEST, Opcode.SEARCH_RESULT_ENTRY, SEARCH_DONE, Opcode.SEARCH_RESULT_REFERENCE))
# Responses that hold a result and nothing else.
RESULT_ONLY: Final = frozenset(
    (
        SEARCH_DONE,
        Opcode.MODIFY_RESPONSE,
        Opcode.ADD_RESPONSE,
        Opcode.DEL_RESPONSE,
        Opcode.MOD_DN_RESPONSE,
        Opcode.COMPARE_RESPONSE,
    )
)
# What no other message follows.
FINISHED: Final = RESULT_ONLY | {
    Opcode.BIND_RESPONSE,
    Opcode.UNBIND_REQUEST,
    Opcode.ABANDON_REQUEST,
    Opcode.EXTENDED_RESPONSE,
}
# What is not looked into.
PASSED_OVER: Final = frozenset(
    (
        Opcode.ADD_REQUEST,
        Opcode.COMPARE_REQUEST,
        Opcode.INTERMEDIATE_RESPONSE,
        Opcode.MOD_DN_REQUEST,
        Opcode.SEARCH_RESULT_REFERENCE,
    )
)
_PREFIXES: Final = {"del": b"delete", "mod": b"modify"}
OPCODES: Final = {one: _PREFIXES.get(word := one.name.split("_")[0].lower(), word.encode()) for one in Opcode}
EXTENDED: Final = {b"1.3.6.1.4.1.1466.20037": b"StartTLS", b"1.3.6.1.4.1.4203.1.11.3": b"whoami"}
SUCCESS: Final = 0
RESULTS: Final = {
    SUCCESS: b"success",
    1: b"operations error",
    2: b"protocol error",
    3: b"time limit exceeded",
    4: b"size limit exceeded",
    5: b"compare false",
    6: b"compare true",
    7: b"auth method not supported",
    8: b"stronger auth required",
    9: b"partial results",
    10: b"referral",
    11: b"admin limit exceeded",
    12: b"unavailable critical extension",
    13: b"confidentiality required",
    14: b"SASL bind in progress",
    16: b"no such attribute",
    17: b"undefined attribute type",
    18: b"inappropriate matching",
    19: b"constraint violation",
    20: b"attribute or value exists",
    21: b"invalid attribute syntax",
    32: b"no such object",
    33: b"alias problem",
    34: b"invalid DN syntax",
    36: b"alias dereferencing problem",
    48: b"inappropriate authentication",
    49: b"invalid credentials",
    50: b"insufficient access rights",
    51: b"busy",
    52: b"unavailable",
    53: b"unwilling to perform",
    54: b"loop detect",
    60: b"sort control missing",
    61: b"offset range error",
    64: b"naming violation",
    65: b"object class violation",
    66: b"not allowed on non-leaf",
    67: b"not allowed on RDN",
    68: b"entry already exists",
    69: b"object class mods prohibited",
    70: b"results too large",
    71: b"affects multiple DSAs",
    76: b"control error",
    80: b"other",
    81: b"server down",
    82: b"local error",
    83: b"encoding error",
    84: b"decoding error",
    85: b"timeout",
    86: b"auth unknown",
    87: b"filter error",
    88: b"user canceled",
    89: b"param error",
    90: b"no memory",
    91: b"connect error",
    92: b"not supported",
    93: b"control not found",
    94: b"no results returned",
    95: b"more results to return",
    96: b"client loop",
    97: b"referral limit exceeded",
    100: b"invalid response",
    101: b"ambiguous response",
    112: b"TLS not supported",
    113: b"intermediate response",
    114: b"unknown type",
    115: b"LCUP invalid data",
    116: b"LCUP unsupported scheme",
    117: b"LCUP reload required",
    118: b"canceled",
    119: b"no such operation",
    120: b"too late",
    121: b"cannot cancel",
    122: b"assertion failed",
    123: b"authorization denied",
}
