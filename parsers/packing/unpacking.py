"""From a packed file to the bytes in it: member after member, packing within packing."""

from collections.abc import Iterator
from typing import BinaryIO

from parsers import limits
from parsers.packing.decoder import Decoder, SpoiltError
from parsers.packing.registry import MAGIC_BYTES, Packer, recognise
from parsers.packing.source import Source, of_file, of_pieces

_PIECE = 1 << 16
# What the libraries say when a member asks for more memory than it may have.
_NO_MEMORY = ("Memory usage limit exceeded", "too much memory")


class DamagedError(Exception):
    """The file cannot be unpacked further; the text is what is wrong and where, `advice` what its owner can do.

    `place` is the byte of the packed file at which that was found.
    """

    def __init__(self, what: str, place: int, advice: str = "get the file again") -> None:
        super().__init__(what)
        self.place = place
        self.advice = advice


def unpacked(file: BinaryIO) -> Iterator[bytes]:
    """The bytes that are packed in a file, read forward only, in pieces of bounded size; of a plain file, its own.

    Raises DamagedError after everything that could be unpacked before the damage, or before the file was cut off.
    """
    source = of_file(file)
    name = ""
    for _ in range(limits.PACKING_DEPTH):
        packer = recognise(source.peek(MAGIC_BYTES))
        if packer is None:
            break
        name = f"{packer.name} in the {name}" if name else packer.name
        source = of_pieces(_members(source, name))
    else:
        if recognise(source.peek(MAGIC_BYTES)):
            what = f"packed {limits.PACKING_DEPTH} times and more, one inside the other"
            raise DamagedError(what, 0, "unpack it first")
    while piece := source.take(_PIECE):
        yield piece


def beginning(file: BinaryIO, size: int) -> bytes:
    """The first bytes that are packed in a file, or those before damage; the file is left somewhere behind them."""
    first = b""
    try:
        for piece in unpacked(file):
            first += piece
            if len(first) >= size:
                break
    except DamagedError:
        return first
    return first[:size]


def _members(source: Source, name: str) -> Iterator[bytes]:
    """What the members (streams, frames) of a packed file hold; zeros may lie between and behind them."""
    while first := source.peek(MAGIC_BYTES):
        packer = recognise(first)
        if packer is None:
            what = f"behind the {name} follows something else, from byte {source.place}"
            raise DamagedError(what, source.place, "get the file again, or cut it there")
        yield from _gathered(_member(source, packer, name), source)
        while (zeros := source.take(_PIECE)) and not zeros.lstrip(b"\0"):
            pass
        source.put_back(zeros.lstrip(b"\0"))


def _gathered(pieces: Iterator[bytes], source: Source) -> Iterator[bytes]:
    """The same bytes in larger pieces; none waits while more of the packed file is still to come."""
    some: list[bytes] = []
    length = 0
    try:
        for piece in pieces:
            some.append(piece)
            length += len(piece)
            if length >= _PIECE or not source.held:
                yield b"".join(some)
                some, length = [], 0
    except DamagedError:
        yield b"".join(some)
        raise
    yield b"".join(some)


def _member(source: Source, packer: Packer, name: str) -> Iterator[bytes]:
    decoder, damage = packer.start()
    while not decoder.eof:
        data = source.take(packer.feed)
        if not data:
            raise DamagedError(f"the {name} is cut off at byte {source.place}", source.place)
        try:
            yield from _decoded(decoder, data)
        except SpoiltError as spoilt:
            yield spoilt.rest
            raise _failure(str(spoilt), source.place - spoilt.left, packer, name) from None
        except damage as error:
            raise _failure(str(error), source.place, packer, name) from None
    source.put_back(decoder.unused_data or b"")


def _decoded(decoder: Decoder, data: bytes) -> Iterator[bytes]:
    """What these bytes unpack to."""
    while True:
        piece = decoder.decompress(data, _PIECE)
        yield piece
        if decoder.eof or not piece or (decoder.needs_input and len(piece) < _PIECE):
            return
        data = b""


def _failure(error: str, place: int, packer: Packer, name: str) -> DamagedError:
    if any(text in error for text in _NO_MEMORY):
        what = f"the {name} takes more than {limits.UNPACKING_BYTES >> 20} MB of memory to unpack"
        return DamagedError(what, place, f"unpack it first: {packer.by_hand}")
    what = f"the {name} is damaged near byte {place}"
    return DamagedError(f"{what} or before: its checksum does not fit" if "check" in error else what, place)
