"""Stretches of a file as memory that the system may take back: it is read from the file again where it is looked at.

Python's own mappings hold a descriptor each, of which a process has few.
"""

import ctypes
import mmap
import os

import pyarrow as pa

_libc = ctypes.CDLL(None, use_errno=True)
_map = _libc.mmap
_map.restype = ctypes.c_void_p
_map.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)
_unmap = _libc.munmap
_unmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
_FAILED = ctypes.c_void_p(-1).value


class Mapping:
    """A stretch of a file from a page's boundary on, mapped for as long as anything made of its `buffer` is there."""

    def __init__(self, descriptor: int, offset: int, size: int) -> None:
        self._size = size
        self._address: int | None = None
        address = _map(None, size, mmap.PROT_READ, mmap.MAP_SHARED, descriptor, offset)
        if address == _FAILED:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        self._address = address

    @property
    def buffer(self) -> pa.Buffer:
        """The bytes."""
        return pa.foreign_buffer(self._address, self._size, self)

    def __del__(self) -> None:
        if self._address is not None:
            _unmap(self._address, self._size)
