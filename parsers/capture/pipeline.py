"""A capture's way from packets to rows: indexed, decoded, and then analysed."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from parsers import budget
from parsers.capture import workers
from parsers.capture.captures import Captures, open_captures
from parsers.capture.room import Room
from parsers.capture.timeline import timeline
from parsers.limits import ALONE_BYTES
from parsers.updates import Progress, Update

if TYPE_CHECKING:
    from parsers.capture.decoded import Decoded

# Where the packets of a capture lie takes less than this part of its bytes, but for very small packets.
_ROOM_PARTS = 2


def updates(
    paths: Sequence[Path],
    password: bytes | None = None,
    names: Mapping[Path, str] | None = None,
    *,
    checksums: bool = False,
) -> Iterator[Update]:
    """Read captures, one or several together; rows come shard by shard. Raises OpenError when nothing can be read.

    `names` are what some of them are called, where that is not their path; `checksums` leaves packets out that have
    wrong ones, as Zeek does without -C.
    """
    yield from analyse(open_captures(paths, password, names), checksums=checksums)


def analyse(captures: Captures, *, checksums: bool = False, early: bool = False) -> Iterator[Update]:
    """The updates of captures that are open; with `early`, for whoever watches, all of conn before anything else."""
    # What another process makes is there twice for a moment: for that a large capture has no memory left.
    alone = not ALONE_BYTES <= len(captures.data) <= 2 * budget.for_packets()
    room = None if alone else Room(len(captures.data) // _ROOM_PARTS)
    with workers.aside(partial(timeline, captures), alone=alone, room=room) as found:
        # Meanwhile Arrow is loaded, and what knows all protocols, which takes as long; and what numpy loads by itself
        # when it is first asked for distinct numbers.
        import numpy.ma  # noqa: F401

        from parsers.capture.decoded import Decoded
        from parsers.capture.decoding import decode

        line = found().shared()
    yield Progress("packets", 0, len(captures.data))
    whole = Decoded(line, decode(line.index, captures.data, checksums=checksums, alone=alone))
    # Nothing is freed from here on but rows on their way out; the collector would walk them in vain.
    gc.collect()
    gc.freeze()
    yield from whole.updates(early=early)


def decoded(captures: Captures, *, checksums: bool = False) -> "Decoded":
    """The packets of captures that are open. Raises OpenError when nothing can be read."""
    from parsers.capture.decoded import Decoded
    from parsers.capture.decoding import decode

    line = timeline(captures).shared()
    return Decoded(line, decode(line.index, captures.data, checksums=checksums))
