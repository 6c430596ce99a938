"""What is said of packets whose link type is not read."""

import numpy as np

from parsers.capture.formats.index import Index
from parsers.capture.links.names import NAMES
from parsers.capture.links.registry import LAYERS
from parsers.updates import OpenError, Trouble

_ADVICE = (
    "Ethernet, 802.11, PPP, FDDI, Linux cooked, loopback and raw IP are. Capture again with one of them "
    "(tcpdump -L lists what an interface has); editcap -T only renames a type and converts no packets"
)


def troubles(index: Index) -> list[Trouble]:
    """What is said of the packets whose link type is not read; OpenError when no interface has one that is."""
    foreign = sorted(index.links - LAYERS.keys())
    if foreign and not index.links & LAYERS.keys():
        raise OpenError(f"packets of {_named(foreign[0])} are not read; {_ADVICE}")
    places = {link: np.flatnonzero(index.link == link) for link in foreign}
    return [
        Trouble(f"packets of {_named(link)} are not read: {len(rows)}, the first is number {rows[0] + 1}")
        for link, rows in places.items()
        if len(rows)
    ]


def _named(link: int) -> str:
    return f"link type {link} ({NAMES[link]})" if link in NAMES else f"link type {link}"
