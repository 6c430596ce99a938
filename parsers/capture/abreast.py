"""What numpy and Arrow do with whole columns, done with several of them at a time: other threads run meanwhile."""

from collections.abc import Callable, Iterable
from typing import TypeVar

Thing = TypeVar("Thing")
Result = TypeVar("Result")

# More threads than this only wait for memory.
_THREADS = 2


def abreast(work: Callable[[Thing], Result], things: Iterable[Thing]) -> list[Result]:
    """What the work comes to for each thing, in their order; no thread is left when it is done."""
    some = list(things)
    if len(some) < 2:
        return [work(thing) for thing in some]
    # Loaded late: it takes as long as the columns of a small capture.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(work, some))
