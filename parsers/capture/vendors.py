"""Who made a network card, by the first three octets of its address (IEEE's registry of MA-L)."""

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

# Of the first octet: the address is for several, or was made up by whoever uses it (IEEE 802, section 8.4).
_MULTICAST, _LOCAL = 1, 2
# Has the blocks that it gives out in smaller parts, which the table does not hold.
_RESELLER = "IEEE Registration Authority"
# What aiooui's table begins with; then come the number of entries, their prefixes in order, the places of their names
# among the names, and these, all numbers in four bytes (aiooui's _attach).
_MAGIC = b"OUI1"
_NUMBER = np.dtype("<u4")


def vendor(address: str) -> str | None:
    """The vendor of an address of twelve hexadecimal digits; None where nobody, or nobody known, has registered it."""
    if int(address[:2], 16) & (_MULTICAST | _LOCAL):
        return None
    return _registered(address[:6])


@cache
def _registered(prefix: str) -> str | None:
    found = _registry()(prefix)
    return None if found == _RESELLER else found


@cache
def _registry() -> Callable[[str], str | None]:
    """The registry, read once there are addresses to look up.

    The package loads asyncio and reads by a coroutine, which takes 0.1 s: only a table that is laid out in another way
    is left to it.
    """
    package = find_spec("aiooui")
    assert package is not None
    assert package.origin is not None
    table = Path(package.origin).with_name("oui.data")
    data = table.read_bytes() if table.exists() else b""
    return _in(data) if data.startswith(_MAGIC) else _asked()


def _in(data: bytes) -> Callable[[str], str | None]:
    """What finds a prefix in the table."""
    count, *_ = np.frombuffer(data, _NUMBER, 1, len(_MAGIC)).tolist()
    prefixes, places = np.frombuffer(data, _NUMBER, 2 * count, len(_MAGIC) + _NUMBER.itemsize).reshape(2, count)
    names = len(_MAGIC) + (1 + 2 * count) * _NUMBER.itemsize

    def find(prefix: str) -> str | None:
        number = int(prefix, 16)
        entry = int(np.searchsorted(prefixes, number))
        if entry == count or prefixes[entry] != number:
            return None
        begin = names + int(places[entry])
        return data[begin : data.index(b"\n", begin)].decode()

    return find


def _asked() -> Callable[[str], str | None]:
    """The same, read by the package."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    import aiooui

    # This thread may have an event loop of its own already.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, aiooui.async_load()).result()
    return aiooui.get_vendor
