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
# In the place of what is mapped there, at once for all threads; Python does not know it.
_FIXED = 0x10
_FAILED = ctypes.c_void_p(-1).value


class Mapping:
    """A stretch of a file from a page's boundary on, mapped for as long as anything made of its `buffer` is there."""

    def __init__(self, descriptor: int, offset: int, size: int) -> None:
        self._size = size
        self._offset = offset
        self._address: int | None = None
        self._address = self._mapped(descriptor, mmap.MAP_SHARED)

    @property
    def buffer(self) -> pa.Buffer:
        """The bytes."""
        return pa.foreign_buffer(self._address, self._size, self)

    def move(self, descriptor: int) -> None:
        """Take the bytes from another file, which has the same: whoever looks at them sees no difference."""
        self._mapped(descriptor, mmap.MAP_SHARED | _FIXED)

    def _mapped(self, descriptor: int, how: int) -> int | None:
        address: int | None = _map(self._address, self._size, mmap.PROT_READ, how, descriptor, self._offset)
        if address == _FAILED:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return address

    def __del__(self) -> None:
        if self._address is not None:
            _unmap(self._address, self._size)
