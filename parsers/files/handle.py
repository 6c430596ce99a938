"""A file's identifier: the same, letter by letter, as Zeek gives the file in the same capture.

A handle is the text that says which file the bytes of a connection belong to; a protocol's analyser builds it
as Zeek's base/protocols/*/files.zeek does, with `cat` of the same things. Source: Zeek, src/file_analysis/Manager.cc
(HashHandle), src/UID.cc, src/Hash.cc; its default `digest_salt`.
"""

import hashlib
from decimal import Decimal
from struct import unpack
from typing import Final

from parsers.files.highway import Words, hash128
from parsers.protocols.analyzer import Connection

_INT_MAX: Final = 0x7FFFFFFF
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PAIRS: Final = [low + high for high in _DIGITS for low in _DIGITS]
_KEY: Final[Words] = unpack("<4Q", hashlib.sha256(b"Please change this value.").digest())


def fuid(handle: str) -> str:
    """The identifier of the file that has this handle."""
    first, second = hash128(_KEY, handle.encode("utf-8", "surrogateescape"))
    return "F" + _base62(first >> 32) + _base62(second)


def _base62(number: int) -> str:
    """The number in base 62, its last digit first."""
    shown = ""
    while number >= 62:
        number, digits = divmod(number, 62 * 62)
        shown += _PAIRS[digits]
    return shown + _DIGITS[number] if number or not shown else shown


def seconds(ts: int) -> str:
    """A time as it stands in a handle: at most six decimals, one of a whole number, powers of ten after 2038.

    Source: Zeek, src/Desc.cc (ODesc::Add of a double), src/util.cc (double_to_str).
    """
    value = ts / 1_000_000_000
    if value > _INT_MAX:
        digits, _, exponent = f"{Decimal(repr(value)).normalize():e}".partition("e+")
        return f"{digits}e+{exponent:0>2}"
    shown = f"{value:.6f}".rstrip("0").removesuffix(".")
    return shown + ".0" if value.is_integer() else shown


def truth(value: bool) -> str:
    """A bool as it stands in a handle."""
    return "T" if value else "F"


def endpoints(orig_h: str, orig_p: int, resp_h: str, resp_p: int) -> str:
    """A connection's ends as they stand in a handle."""
    return f"{orig_h}:{orig_p} > {resp_h}:{resp_p}"


def identity(connection: Connection) -> str:
    """A TCP connection's ends as they stand in a handle that holds the record of them."""
    orig = f"orig_h={connection.orig_h}, orig_p={connection.orig_p}/tcp"
    resp = f"resp_h={connection.resp_h}, resp_p={connection.resp_p}/tcp"
    return f"[{orig}, {resp}, proto=6, ctx=[]]"
