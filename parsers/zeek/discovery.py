"""The logs that lie in folders, as deep as sensors put them, each once."""

import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path

from parsers import limits
from parsers.updates import OpenError, Trouble
from parsers.zeek.head import first_bytes
from parsers.zeek.names import shown
from parsers.zeek.rotation import PACKED, rotated

_OTHERWISE_PACKED = re.compile(r"\.log\.(zip|7z|Z|lzma|rar|tar)$")
_UNPACKED_NAME = re.compile(rf"\.({PACKED})$")
# Copies beside the logs, and what is not all there yet.
_NO_LOGS = (".bak", ".old", ".orig", ".swp", ".tmp", ".part", "~")
_LOG_START = b"#separator"
# zeekctl's reports on an hour's connections.
_REPORT = "conn-summary"
_SEEN = 5
_PACKERS = "gzip, bzip2, xz, zstd and lz4"


class Discovery:
    """What was found: `sizes` are the files to read, `left_out` is what is said of others.

    `folders` are those that were looked into, with the time at which each had changed last.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        """Look in all the paths, files or folders.

        Raises OpenError when there is no log in any of them; of those without one beside others it is a Trouble.
        """
        self.sizes: dict[Path, int] = {}
        self.left_out: list[Trouble] = []
        self.folders: dict[Path, int] = {}
        self._found: dict[Path, os.stat_result] = {}
        self._folders: set[tuple[int, int]] = set()
        self._entries = 0
        self._sniffed = 0
        self._reports = 0
        self._bounds: set[str] = set()
        failures = []
        for path in paths:
            try:
                self._add(path)
            except OpenError as error:
                failures.append(error)
        if len(failures) == len(paths):
            raise failures[0]
        self.left_out[:0] = [Trouble(str(error)) for error in failures]
        self._choose()
        if self._reports:
            what = f"what zeekctl reports in files called {_REPORT} ({self._reports}) is no log; left out"
            self.left_out.append(Trouble(f"{shown(paths[0])}: {what}", harmless=True))
        self.left_out += [Trouble(f"{shown(paths[0])}: {bound}") for bound in sorted(self._bounds)]

    def _add(self, path: Path) -> None:
        """A file, or all that is in a folder. Raises OpenError when there is no log."""
        try:
            status = path.stat()
            if not stat.S_ISDIR(status.st_mode):
                self._found[path] = status
                return
            known = len(self._found)
            entries = self._walk(path, status, 0)
        except OSError as error:
            raise OpenError(f"{shown(path)}: cannot be opened: {error.strerror}") from None
        if len(self._found) == known and entries is not None:
            what = f"no NAME.log or NAME.log.gz in it, {_described(entries)}; give the folder of the logs"
            raise OpenError(f"{shown(path)}: {what}")

    def _walk(self, folder: Path, status: os.stat_result, depth: int) -> list["os.DirEntry[str]"] | None:
        """Look at what is in a folder and in those within; None when that was done before, on another way to it."""
        if (status.st_dev, status.st_ino) in self._folders:
            return None
        self._folders.add((status.st_dev, status.st_ino))
        self.folders[folder] = status.st_mtime_ns
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
        for entry in entries:
            if entry.name.startswith("."):
                continue
            self._entries += 1
            if self._entries > limits.LOG_ENTRIES:
                self._bounds.add(f"it holds more than {limits.LOG_ENTRIES:,} files; the rest is left out")
                break
            try:
                self._look_at(entry, depth)
            except OSError as error:
                self.left_out.append(Trouble(f"{shown(Path(entry.path))}: cannot be opened: {error.strerror}"))
        return entries

    def _look_at(self, entry: "os.DirEntry[str]", depth: int) -> None:
        path = Path(entry.path)
        name = rotated(entry.name)
        is_called_log = bool(name.kind) and not entry.name.endswith(_NO_LOGS)
        if entry.is_dir():
            self._enter(path, entry.stat(), depth + 1, is_called_log)
        elif _OTHERWISE_PACKED.search(entry.name):
            self.left_out.append(Trouble(f"{shown(path)}: left out; unpack it, only {_PACKERS} are read"))
        elif name.log == _REPORT:
            self._reports += 1
        elif is_called_log:
            if entry.is_file():
                self._found[path] = entry.stat()
            else:
                # zeekctl's link to a log that is being written outlives it.
                harmless = entry.is_symlink() and "current" in entry.name
                self.left_out.append(Trouble(f"{shown(path)}: is no file; left out", harmless))
        elif entry.is_file() and self._begins_as_log(path):
            self._found[path] = entry.stat()

    def _enter(self, folder: Path, status: os.stat_result, depth: int, is_called_log: bool) -> None:
        if depth > limits.LOG_FOLDERS:
            self._bounds.add(f"folders more than {limits.LOG_FOLDERS} deep in it are left out")
            return
        known = len(self._found)
        self._walk(folder, status, depth)
        if is_called_log and len(self._found) == known:
            self.left_out.append(Trouble(f"{shown(folder)}: is no file; left out"))

    def _begins_as_log(self, path: Path) -> bool:
        """Whether a file that is not called a log is one: only Zeek's own format is so unlike all others."""
        if path.name.endswith(_NO_LOGS) or self._sniffed >= limits.LOG_SNIFFED_FILES:
            return False
        self._sniffed += 1
        return first_bytes(path).startswith(_LOG_START)

    def _choose(self) -> None:
        """Of several ways to one file one, of a log beside its packed self the unpacked one."""
        files: dict[tuple[int, int], Path] = {}
        for path, status in self._found.items():
            other = files.setdefault((status.st_dev, status.st_ino), path)
            if other.is_symlink() and not path.is_symlink():
                files[status.st_dev, status.st_ino] = path
        chosen = set(files.values())
        for path, status in self._found.items():
            if path not in chosen:
                continue
            if _UNPACKED_NAME.search(path.name) and path.with_suffix("") in chosen:
                what = "left out, the same log lies beside it unpacked"
                self.left_out.append(Trouble(f"{shown(path)}: {what}", harmless=True))
            else:
                self.sizes[path] = status.st_size


def _described(entries: list["os.DirEntry[str]"]) -> str:
    """What a folder holds instead of logs."""
    if not entries:
        return "it is empty"
    names = ", ".join(shown(Path(entry.name)) + "/" * entry.is_dir() for entry in entries[:_SEEN])
    more = f" and {len(entries) - _SEEN} more" if len(entries) > _SEEN else ""
    return f"only {names}{more}"
