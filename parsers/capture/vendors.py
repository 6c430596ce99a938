"""Who made a network card, by the first three octets of its address (IEEE's registry of MA-L)."""

from functools import cache
from types import ModuleType

# Of the first octet: the address is for several, or was made up by whoever uses it (IEEE 802, section 8.4).
_MULTICAST, _LOCAL = 1, 2
# Has the blocks that it gives out in smaller parts, which the table does not hold.
_RESELLER = "IEEE Registration Authority"


def vendor(address: str) -> str | None:
    """The vendor of an address of twelve hexadecimal digits; None where nobody, or nobody known, has registered it."""
    if int(address[:2], 16) & (_MULTICAST | _LOCAL):
        return None
    return _registered(address[:6])


@cache
def _registered(prefix: str) -> str | None:
    found: str | None = _table().get_vendor(prefix)
    return None if found == _RESELLER else found


@cache
def _table() -> ModuleType:
    """The registry, read once there are addresses to look up."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    import aiooui

    # It is read by a coroutine; this thread may have an event loop of its own already.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, aiooui.async_load()).result()
    return aiooui
