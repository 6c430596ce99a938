"""What an entry of the cache holds, written beside its files: what they look like, and what is known of the whole."""

import json
import os
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from parsers.cache.stream import Stretch
from parsers.updates import Facts, Trouble

NAME = "manifest.json"
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class DamagedError(Exception):
    """An entry is not what it was when it was written."""


@dataclass(frozen=True, slots=True)
class State:
    """What tells that nobody has written into a file since: no program can set the time of the last change (ctime).

    After a loss of power a file may be less than was written although it looks the same: `boot` is when the machine
    was started.
    """

    inode: int
    size: int
    modified: int
    changed: int
    boot: str

    @classmethod
    def of(cls, descriptor: int) -> "State":
        """The state of an open file."""
        status = os.fstat(descriptor)
        return cls(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, boot())


@dataclass(frozen=True, slots=True)
class Part:
    """Rows whose codes stand for the same values: where the values lie, and the rows."""

    values: Stretch
    stretches: list[Stretch]


@dataclass(frozen=True, slots=True)
class LogFile:
    """The rows of one log, in a file of the entry."""

    log: str
    file: str
    state: State
    parts: list[Part]

    def stretches(self) -> list[Stretch]:
        """All that was written into the file."""
        return [stretch for part in self.parts for stretch in (part.values, *part.stretches)]


@dataclass(frozen=True, slots=True)
class Manifest:
    """An entry: its logs, and what was told beside them; `names` are what messages call the files that were read.

    It is `whole` when there are no other logs.
    """

    names: list[str]
    facts: Facts | None
    troubles: list[Trouble]
    logs: list[LogFile]
    whole: bool

    def written(self) -> bytes:
        """The manifest as text, its checksum before it."""
        text = json.dumps(asdict(self)).encode()
        return b"%08x\n%s" % (zlib.crc32(text), text)

    @classmethod
    def read(cls, written: bytes) -> "Manifest":
        """What was written. Raises DamagedError."""
        checksum, _, text = written.partition(b"\n")
        if checksum != b"%08x" % zlib.crc32(text):
            raise DamagedError
        try:
            return cls._of(json.loads(text))
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedError from error

    @classmethod
    def _of(cls, told: dict[str, Any]) -> "Manifest":
        return cls(
            told["names"],
            told["facts"] and Facts(**told["facts"]),
            [Trouble(**trouble) for trouble in told["troubles"]],
            [
                LogFile(each["log"], each["file"], State(**each["state"]), [_part(part) for part in each["parts"]])
                for each in told["logs"]
            ],
            told["whole"],
        )


def _part(told: dict[str, Any]) -> Part:
    return Part(Stretch(**told["values"]), [Stretch(**stretch) for stretch in told["stretches"]])


def boot() -> str:
    """When the machine was started, as a name for that; empty where nothing tells."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""
