"""The captures in a zip, unpacked piece by piece; the zip may be locked, the old way (ZipCrypto) or with AES.

Source: PKWARE's APPNOTE, and WinZip's AE-1 and AE-2 for AES; stream-unzip knows both, at more than 50 MB/s.
"""

import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import IO

from parsers import escape, limits
from parsers.capture.foreign import describe
from parsers.capture.formats.registry import recognise
from parsers.packing import DamagedError
from parsers.updates import OpenError, PasswordNeeded

_PIECE = 1 << 16
_LOCKED = 1


def captures(file: IO[bytes], name: str, password: bytes | None) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The name and the bytes of each capture that the zip holds; damage behind its beginning raises DamagedError.

    `name` is that of the zip. Raises PasswordNeeded when the password is missing or wrong, OpenError when there is no
    capture.
    """
    members = _members(file, name)
    if password is None and any(member.flag_bits & _LOCKED for member in members):
        raise PasswordNeeded(f"{name}: the zip is locked: give its password (--password)")
    starts = [(member, _start(file, name, member, password)) for member in members]
    found = [member for member, start in starts if recognise(start)]
    if not found:
        what = f"{escape.cell(members[0].filename)}: {describe(starts[0][1])}" if len(members) == 1 else "no capture"
        raise OpenError(f"{name}: in this zip: {what}")
    for member in found:
        inside = name if len(found) == 1 else f"{name}/{member.filename}"
        yield inside, _until_damage(_unpacked(file, member, password))


def _until_damage(pieces: Iterator[bytes]) -> Iterator[bytes]:
    from stream_unzip import UnzipError

    try:
        yield from pieces
    except UnzipError as error:
        raise DamagedError(f"the zip is damaged ({type(error).__name__})", 0) from None


def _members(file: IO[bytes], name: str) -> list[zipfile.ZipInfo]:
    try:
        members = [member for member in zipfile.ZipFile(file).infolist() if member.file_size and not member.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise OpenError(f"{name}: the zip is damaged or cut off: {error}") from None
    if not members:
        raise OpenError(f"{name}: the zip is empty")
    if len(members) > limits.ZIP_MEMBERS:
        raise OpenError(f"{name}: {len(members)} files are in this zip: unpack it and open the capture")
    return members


def _start(file: IO[bytes], name: str, member: zipfile.ZipInfo, password: bytes | None) -> bytes:
    """The first bytes of a member."""
    from stream_unzip import PasswordError, UnsupportedFeatureError, UnzipError

    try:
        return b"".join(islice(_unpacked(file, member, password), 1))
    except PasswordError:
        raise PasswordNeeded(f"{name}: this is not the zip's password") from None
    except UnsupportedFeatureError as error:
        raise OpenError(f"{name}: this kind of zip is not read ({type(error).__name__}): unpack it first") from None
    except UnzipError as error:
        # One wrong password in 256 passes ZipCrypto's check and shows only here.
        if member.flag_bits & _LOCKED:
            raise PasswordNeeded(f"{name}: this is not the zip's password, or the zip is damaged") from None
        raise OpenError(f"{name}: the zip is damaged ({type(error).__name__})") from None


def _unpacked(file: IO[bytes], member: zipfile.ZipInfo, password: bytes | None) -> Iterator[bytes]:
    from stream_unzip import stream_unzip

    file.seek(member.header_offset)
    packed = iter(lambda: file.read(_PIECE), b"")
    for _name, _size, pieces in stream_unzip(packed, password=password, chunk_size=_PIECE):
        yield from pieces
        return
