"""Headers that begin with an address family: BSD's loopback and its kin, and raw IP, which has no header."""

import numpy as np

from parsers.capture.headers import LITTLE32, Ints, Octets, gather
from parsers.capture.links.layer import IP, LOOPBACK, NOTHING, Step

# Systems number IPv6 differently: NetBSD and OpenBSD, FreeBSD, macOS.
_FAMILIES = np.array([2, 24, 28, 30], np.uint32)
_BYTE = np.dtype("u1")


def loopback(octets: Octets, at: Ints, end: Ints) -> Step:
    """The family is in the byte order of the machine that captured, or in network order: OpenBSD's."""
    return _by_family(octets, at), at + 4, end


def ipsec(octets: Octets, at: Ints, end: Ints) -> Step:
    """BSD's enc(4): behind the family the security association and flags."""
    return _by_family(octets, at), at + 12, end


def _by_family(octets: Octets, at: Ints) -> Ints:
    family = gather(octets, at, LITTLE32)
    return np.where(np.isin(family, _FAMILIES) | np.isin(family, _FAMILIES.byteswap()), IP, NOTHING)


def packet_filter_log(octets: Octets, at: Ints, end: Ints) -> Step:
    """OpenBSD's pflog(4): a header that gives its own length, without the bytes that fill up its last word."""
    size = gather(octets, at, _BYTE).astype(np.int64)
    family = gather(octets, at + 1, _BYTE)
    return np.where(np.isin(family, _FAMILIES), IP, NOTHING), at + (size + 3) // 4 * 4, end


def raw(octets: Octets, at: Ints, end: Ints) -> Step:  # noqa: ARG001
    """No header at all."""
    return IP, at, end


def raw_or_loopback(octets: Octets, at: Ints, end: Ints) -> Step:
    """Number 12 is raw IP on most systems and OpenBSD's loopback there, which begins with zeros."""
    return np.where(gather(octets, at, _BYTE) == 0, LOOPBACK, IP), at, end
