"""Stretches of files as one run of bytes: mapped behind one another, each from a page on; nothing is copied."""

import ctypes
import mmap
import os
import weakref
from collections.abc import Sequence
from contextlib import ExitStack
from typing import IO

from parsers.capture.spool import Stretch

_PROT_NONE, _MAP_FIXED = 0, 0x10
_FAILED = ctypes.c_void_p(-1).value

_libc = ctypes.CDLL(None, use_errno=True)
_map = _libc.mmap
_map.restype = ctypes.c_void_p
_map.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int64)
_unmap = _libc.munmap
_unmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)


def joined(stretches: Sequence[Stretch], spool: IO[bytes]) -> tuple[memoryview, list[slice]]:
    """The bytes of stretches of files, and where in them each lies; what lies between is zero.

    They stay until nobody looks at them any more, also when the files are gone. Raises OSError.
    Source: mmap(2): what is mapped at a fixed place takes the place of what was reserved there.
    """
    places = []
    end = 0
    for stretch in stretches:
        places.append(slice(end, end + stretch.size))
        end += -(-stretch.size // mmap.PAGESIZE) * mmap.PAGESIZE
    total = max(places[-1].stop if places else 0, 1)
    base = _mapped(None, total, _PROT_NONE, mmap.MAP_PRIVATE | mmap.MAP_ANON, -1, 0)
    octets = (ctypes.c_ubyte * total).from_address(base)
    # The views of the bytes keep this alive, and it alone keeps them mapped.
    weakref.finalize(octets, _unmap, base, total).atexit = False
    for stretch, place in zip(stretches, places, strict=True):
        with ExitStack() as stack:
            file = spool if stretch.file is None else stack.enter_context(stretch.file.open("rb"))
            at = base + place.start
            _mapped(at, stretch.size, mmap.PROT_READ, mmap.MAP_SHARED | _MAP_FIXED, file.fileno(), stretch.offset)
    return memoryview(octets).cast("B").toreadonly(), places


def _mapped(place: int | None, size: int, protection: int, flags: int, file: int, offset: int) -> int:
    address = _map(place, size, protection, flags, file, offset)
    if address is None or address == _FAILED:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return int(address)
