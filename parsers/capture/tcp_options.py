"""The one TCP option that counts: by how many bits a side's window is shifted (RFC 7323).

Options that are cut off or broken end the search, as in Zeek: src/packet_analysis/protocol/tcp/TCPSessionAdapter.cc
(build_syn_packet_val).
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from parsers.capture.headers import Ints
from parsers.capture.store import Store

# No such option.
UNSCALED: Final = -1

_OPTION: Final = np.dtype([("kind", "u1"), ("length", "u1"), ("value", "u1")])
_END: Final = 0
_NO_OPERATION: Final = 1
_WINDOW_SCALE: Final = 3
_SHORTEST: Final = 3


def window_scales(store: Store, at: Ints, size: Ints) -> npt.NDArray[np.int16]:
    """What SYN packets say, `size` bytes of options from a place on; UNSCALED where they say nothing."""
    scales = np.full(len(at), UNSCALED, np.int16)
    rows = np.flatnonzero(size > 0)
    place, end = at[rows], at[rows] + size[rows]
    while len(rows):
        option = store.gather(place, _OPTION)
        kind = option["kind"]
        single = kind == _NO_OPERATION
        length = np.where(single, 1, option["length"].astype(np.int64))
        more = (kind != _END) & (single | (place + 1 < end)) & (length > 0) & (place + length <= end)
        said = more & (kind == _WINDOW_SCALE) & (length >= _SHORTEST)
        scales[rows[said]] = option["value"][said]
        rows, place, end = rows[more], (place + length)[more], end[more]
        more = place < end
        if not more.all():
            rows, place, end = rows[more], place[more], end[more]
    return scales
