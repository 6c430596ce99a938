"""What is mapped of a file that has a name is safe from those who write into it.

A file that is cut while it is mapped ends the program at the first byte that is gone (SIGBUS), and other bytes in it
may lead anywhere. So the kernel is told that the file is being read (a lease, fcntl(2)): it lets others wait who open
it to write, and says so; then it is copied, the mappings are moved to the copy, and the others may go on.
"""

import errno
import fcntl
import os
import shutil
import signal
from contextlib import suppress
from threading import current_thread, main_thread
from types import FrameType
from typing import TYPE_CHECKING

from parsers.cache.nameless import Nameless

if TYPE_CHECKING:
    from weakref import WeakSet

    from parsers.cache.mapping import Mapping


class WrittenError(Exception):
    """Somebody is writing into a file."""


# The guarded files by their descriptors, and what is mapped of them.
_guarded: "dict[int, WeakSet[Mapping]]" = {}
_ready: list[bool] = []


def prepare() -> None:
    """Make it possible to guard files; signals are the main thread's."""
    if not _ready and current_thread() is main_thread():
        signal.signal(signal.SIGIO, _asked)
        _ready.append(True)


def watch(descriptor: int, mappings: "WeakSet[Mapping]") -> None:
    """Guard a file that is open to be read, and its mappings, those too that are still to come.

    Where the system cannot, nothing is guarded. Raises WrittenError when it is too late.
    """
    if not _ready:
        return
    own = os.dup(descriptor)
    try:
        fcntl.fcntl(own, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        os.close(own)
        if error.errno == errno.EAGAIN:
            raise WrittenError from None
        return
    _guarded[own] = mappings


def _asked(_number: int, _frame: FrameType | None) -> None:
    """Somebody wants to write into one of the files."""
    for descriptor in list(_guarded):
        if fcntl.fcntl(descriptor, fcntl.F_GETLEASE) != fcntl.F_RDLCK:
            mappings = _guarded.pop(descriptor)
            with suppress(OSError):
                _move(descriptor, mappings)
            os.close(descriptor)


def _move(descriptor: int, mappings: "WeakSet[Mapping]") -> None:
    if not mappings:
        return
    from parsers import scratch

    copy = Nameless(scratch.folder())
    shutil.copyfile(f"/proc/self/fd/{descriptor}", f"/proc/self/fd/{copy.writer}")
    for mapping in list(mappings):
        mapping.move(copy.reader)
