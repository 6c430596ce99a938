"""Room for columns that another process makes: they need not be sent."""

import mmap
import pickle
from typing import Any, TypeAlias

from parsers.capture import shared

# What is sent in place of a thing: itself without its columns, and for each of these where it lies in the room.
Packed: TypeAlias = tuple[bytes, list[slice | bytes]]


class Room:
    """So many bytes, which take no memory until they are written to; made before the process is that writes to it."""

    def __init__(self, size: int) -> None:
        self._bytes = mmap.mmap(-1, max(size, 1))
        self._used = 0

    def packed(self, thing: object) -> Packed:
        """What stands for a thing on the way to the other process; columns for which no room is left go along."""
        columns: list[pickle.PickleBuffer] = []
        body = pickle.dumps(thing, 5, buffer_callback=columns.append)
        return body, [self._put(column.raw()) for column in columns]

    def unpacked(self, packed: Packed) -> Any:
        """The thing that it stands for, its columns where they lie."""
        body, places = packed
        room = memoryview(self._bytes)
        shared.count(self._bytes, sum(place.stop - place.start for place in places if isinstance(place, slice)))
        columns = [room[place] if isinstance(place, slice) else place for place in places]
        return pickle.loads(body, buffers=columns)  # noqa: S301  it comes from a process of our own

    def _put(self, column: memoryview) -> slice | bytes:
        place = slice(self._used, self._used + column.nbytes)
        if place.stop > len(self._bytes):
            return bytes(column)
        # The next one is to begin at a whole word.
        self._used = -(-place.stop // 8) * 8
        self._bytes[place] = column
        return place
