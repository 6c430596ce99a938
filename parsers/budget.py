"""How much memory of its own the program may take, all its processes together, and which part of it is whose.

Files that are mapped do not count: the system takes their pages back whenever it needs them.
"""

import ctypes
import os
import resource
from contextlib import suppress
from functools import cache
from pathlib import Path

# Where the bound stands for this process and for all that it starts.
VARIABLE = "ZEEKTUI_MEMORY"
_ALLOCATOR = "ARROW_DEFAULT_MEMORY_POOL"
# What is larger than this has pages of its own, which the system gets back as soon as it is freed (mallopt(3)).
_OWN_PAGES, _M_MMAP_THRESHOLD = 256 << 10, -3
# Less than this is not enough to begin with: the interpreter, its libraries and the screen take half of it.
LEAST = 256 << 20
# What is left for the interpreter, its libraries and the screen, of every budget.
_OVERHEAD = 160 << 20
_UNKNOWN = 4 << 30


def choose_allocator() -> None:
    """Have Arrow take memory as everything else does, where it is not loaded yet.

    Its own allocator claims a gigabyte before it is asked for anything, gives little back, and has the system clear so
    much more of it that a capture takes 3 to 9 % longer.
    """
    os.environ.setdefault(_ALLOCATOR, "system")


def keep_to(memory: int) -> None:
    """Bound the memory of this process and of those that it starts from now on, in bytes."""
    os.environ[VARIABLE] = str(max(memory, LEAST))
    choose_allocator()
    # As a rule the bound grows with whatever is freed, and then a heap for each thread keeps what nobody uses.
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _OWN_PAGES)


def memory() -> int:
    """The bytes that all processes may take together: as was said, else half of what this machine has free."""
    return int(os.environ.get(VARIABLE) or _sensible())


def for_rows() -> int:
    """The part for rows that are kept in memory; what is more lives in files."""
    return _shared() * 2 // 5


def for_work() -> int:
    """The part for what a filter, a sort, a count takes while it goes on, and for what comes of it."""
    return _shared() * 2 // 5


def for_packets() -> int:
    """The part for the columns of a capture's packets; what is more lives in files."""
    return _shared() // 5


def _shared() -> int:
    return max(memory() - _OVERHEAD, memory() // 8)


@cache
def _sensible() -> int:
    """Asked once: later on it is this program that has taken what is missing."""
    bounds = [_available() // 2]
    soft, _ = resource.getrlimit(resource.RLIMIT_DATA)
    if soft != resource.RLIM_INFINITY:
        bounds.append(soft // 2)
    # A container's own bound (cgroup v2).
    with suppress(OSError, ValueError):
        bounds.append(int(Path("/sys/fs/cgroup/memory.max").read_text()) // 2)
    return max(min(bounds), LEAST)


def _available() -> int:
    with suppress(OSError, StopIteration, ValueError):
        told = Path("/proc/meminfo").read_text().splitlines()
        return int(next(row for row in told if row.startswith("MemAvailable")).split()[1]) << 10
    return _UNKNOWN
