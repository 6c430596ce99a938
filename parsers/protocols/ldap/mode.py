"""How the messages of an LDAP connection are wrapped, which a login may change.

Source: Zeek, src/analyzer/protocol/ldap/ldap.spicy.
"""

from dataclasses import dataclass
from enum import Enum, auto


class Mode(Enum):
    """What comes next on a connection."""

    PLAIN = auto()
    MAYBE_ENCRYPTED = auto()
    ENCRYPTED = auto()
    MS_KERBEROS = auto()
    TLS = auto()


@dataclass(slots=True)
class State:
    """What both directions of a connection have agreed on.

    mechanism     the mechanism of SASL that the client logs in with
    asks_for_tls  the client wants TLS
    """

    mode: Mode = Mode.PLAIN
    mechanism: bytes = b""
    asks_for_tls: bool = False
