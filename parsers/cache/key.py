"""By what rows are known again: what they were made of, and by what.

Not all of a large file is read for that. Who changes a file, changes its size or the time at which that was done last,
which no program can set (ctime); beyond that, blocks are compared at both ends and evenly spaced in between, for
clocks that were set back and disks that were exchanged.
"""

import json
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path

from parsers import limits

# Changes whenever entries are written in another way.
_FORMAT = 1
# What rows depend on beside this program.
_LIBRARIES = ("aiooui", "cryptography", "dpkt", "google-re2", "pyarrow")
_DIGEST_BYTES = 16
_BLOCK = 4096
_ZIP = b"PK\x03\x04"


def key(files: Sequence[Path], about: Mapping[str, object]) -> str | None:
    """The key of the rows of these files, as a name for a file; None where they are not to be kept.

    `about` is all else that rows depend on. What may be in a locked zip is not kept, nor what is no file, nor what is
    read as fast as it is found again.
    """
    try:
        states = [_state(file) for file in files]
    except OSError:
        return None
    if None in states or sum(state[0] for state in states if state) < limits.CACHED_BYTES:
        return None
    samples = _samples(files, [state[0] for state in states if state])
    if samples is None:
        return None
    told = [_FORMAT, program(), dict(about), states, samples]
    return _digest(json.dumps(told, sort_keys=True).encode("utf-8", "surrogateescape"))


def _digest(text: bytes) -> str:
    return blake2b(text, digest_size=_DIGEST_BYTES).hexdigest()


def _state(file: Path) -> tuple[int, int, int] | None:
    """A file's size, and when it was changed last; None for what is none."""
    status = file.stat()
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns) if stat.S_ISREG(status.st_mode) else None


def _samples(files: Sequence[Path], sizes: Sequence[int]) -> list[str] | None:
    """Digests of some blocks of the largest files; None where one is a zip."""
    largest = sorted(range(len(files)), key=lambda place: -sizes[place])[: limits.SAMPLED_FILES]
    made = []
    for place in largest:
        try:
            sample = _sample(files[place], sizes[place])
        except OSError:
            return None
        if sample.startswith(_ZIP):
            return None
        made.append(_digest(sample))
    return made


def _sample(file: Path, size: int) -> bytes:
    with file.open("rb", buffering=0) as opened:
        return b"".join(os.pread(opened.fileno(), _BLOCK, place) for place in _places(size))


def _places(size: int) -> Iterable[int]:
    """Where blocks begin: at both ends, and evenly spaced in between."""
    last = max(size - _BLOCK, 0)
    count = limits.SAMPLED_BLOCKS - 1
    return sorted({last * number // count for number in range(count + 1)})


@cache
def program() -> str:
    """What the program is that makes rows: its version, its source as it is installed, what it is built on."""
    here = Path(__file__).resolve().parents[1]
    sources = sorted(path for path in here.rglob("*") if path.suffix in {".py", ".so"})
    states = [(str(path.relative_to(here)), *_changed(path)) for path in sources]
    return _digest(json.dumps([_version("zeektui"), [_version(name) for name in _LIBRARIES], states]).encode())


def _changed(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return ""
