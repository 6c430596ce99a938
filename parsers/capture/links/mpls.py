"""MPLS (RFC 3032)."""

import numpy as np

from parsers.capture.headers import Ints, Octets, gather
from parsers.capture.links.layer import IP, MPLS, Step


def mpls(octets: Octets, at: Ints, end: Ints) -> Step:
    """One label; what is below the last one is not said anywhere, and taken for IP as Zeek takes it."""
    last = gather(octets, at + 2, np.dtype("u1")) & 1
    return np.where(last, IP, MPLS), at + 4, end
