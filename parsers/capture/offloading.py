"""Whether wrong checksums are those of a host that leaves them to its network card, and captures before that.

Source: Zeek, scripts/base/misc/find-checksum-offloading.zeek.
"""

import numpy as np

from parsers.capture.packets import CORRUPT, Packets

_SHARE = 0.05


def offloading(packets: Packets) -> str | None:
    """What to tell of packets that were left out, where they are too many to be damaged ones."""
    bad = packets.bad_headers + int(np.count_nonzero(packets.flags & CORRUPT))
    total = packets.bad_headers + len(packets)
    if bad <= total * _SHARE:
        return None
    return (
        f"{bad} of {total} packets were left out because their checksums are wrong: most likely the capturing host "
        "left those to its network card; without --checksums all packets count"
    )
