"""What an iterator gives, made in a thread of its own while what came before is worked on."""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")

# One is made while another waits; with more of them only memory is lost.
_AHEAD = 2


def ahead(items: Iterator[Item]) -> Generator[Item]:
    """The same in the same order, errors too; what is left when this is closed is not made."""
    # Most rotated files are one block or two, for which a thread would only be waited for.
    # The end is told by None: no item is that.
    for _ in range(_AHEAD):
        first = next(items, None)
        if first is None:
            return
        yield first
    with ThreadPoolExecutor(1) as thread:
        coming = deque(thread.submit(next, items, None) for _ in range(_AHEAD))
        while (item := coming.popleft().result()) is not None:
            coming.append(thread.submit(next, items, None))
            yield item
