"""The pcapng file: where each packet lies in it, of whatever section, byte order and interface.

Source: draft-ietf-opsawg-pcapng. Blocks of other types are stepped over, as are the options of packets.
"""

from parsers.capture.formats.index import Format, Index
from parsers.capture.formats.pcapng import interfaces
from parsers.capture.formats.pcapng.blocks import INTERFACE, find
from parsers.capture.formats.pcapng.damage import sound
from parsers.capture.formats.pcapng.extras import announce
from parsers.capture.formats.pcapng.packets import announced, located
from parsers.updates import OpenError

_MAGIC = b"\x0a\x0d\x0d\x0a"


def index(data: memoryview) -> Index:
    """Walk the blocks; the first that is damaged ends the walk and is told in `troubles`.

    OpenError where not even the first one can be read.
    """
    if bytes(data[: len(_MAGIC)]) != _MAGIC:
        raise OpenError("not a pcapng capture")
    blocks, damage = sound(data, find(data))
    if not len(blocks):
        raise OpenError(damage[0].text)
    known = interfaces.read(data, blocks.where(blocks.kind == INTERFACE))
    packets, interface, unknown = announced(blocks)
    found = located(packets, interface, known)
    # Of several damaged places only the first one ended the walk.
    first = (unknown or damage) if len(found) == len(packets) else []
    return found.until(len(found), *first, *known.troubles, *announce(blocks))


FORMAT: Format = Format("pcapng", (_MAGIC,), index)
