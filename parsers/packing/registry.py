"""The packers that are known: one line each."""

import lzma
import sys
from collections.abc import Callable
from dataclasses import dataclass

from parsers import limits
from parsers.packing import bzip2, gzip, skippable
from parsers.packing.decoder import Decoder


@dataclass(frozen=True, slots=True)
class Packer:
    """A packer: what its files begin with, and what unpacks a member of them.

    `start` gives a decoder and the error that it raises on damage. `feed` bytes are unpacked at a time: what they
    hold before damage in them may be lost. `by_hand` is the command that unpacks without a bound of memory.
    """

    name: str
    magics: tuple[bytes, ...]
    start: Callable[[], tuple[Decoder, type[Exception]]]
    feed: int
    by_hand: str


def _gzip() -> tuple[Decoder, type[Exception]]:
    return gzip.Member(), gzip.Error


def _bzip2() -> tuple[Decoder, type[Exception]]:
    return bzip2.Stream(), OSError


def _xz() -> tuple[Decoder, type[Exception]]:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, limits.UNPACKING_BYTES), lzma.LZMAError


def _zstd() -> tuple[Decoder, type[Exception]]:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    window = limits.UNPACKING_BYTES.bit_length() - 1
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: window}), zstd.ZstdError


def _lz4() -> tuple[Decoder, type[Exception]]:
    from lz4.frame import LZ4FrameDecompressor

    return LZ4FrameDecompressor(), RuntimeError


def _skippable() -> tuple[Decoder, type[Exception]]:
    return skippable.Frame(), ValueError


_SKIPPABLE = tuple(bytes([kind]) + b"\x2a\x4d\x18" for kind in range(0x50, 0x60))

PACKERS = (
    Packer("gzip", (b"\x1f\x8b",), _gzip, 1 << 16, "gzip -d"),
    Packer("bzip2", (b"BZh",), _bzip2, 1 << 12, "bzip2 -d"),
    Packer("xz", (b"\xfd7zXZ\0",), _xz, 1 << 8, "xz -d"),
    Packer("zstd", (b"\x28\xb5\x2f\xfd",), _zstd, 1 << 10, "zstd -d --long=31"),
    Packer("lz4", (b"\x04\x22\x4d\x18",), _lz4, 1 << 10, "lz4 -d"),
    Packer("zstd or lz4", _SKIPPABLE, _skippable, 1 << 16, ""),
)
# So many bytes of a file's beginning tell its packer.
MAGIC_BYTES = max(len(magic) for packer in PACKERS for magic in packer.magics)


def recognise(first: bytes) -> Packer | None:
    """The packer whose files begin with these bytes."""
    return next((packer for packer in PACKERS if first.startswith(packer.magics)), None)
