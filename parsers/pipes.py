"""Pipes as files: what comes through one goes, unpacked, to a private file without a name.

A pipe can be read once in the life of a process; that it was, is remembered here, so that its file can be asked for as
often as need be.
"""

import json
import os
import select
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from parsers.copying import copy
from parsers.descriptors import STANDARD_INPUT, called, number_of, taken
from parsers.updates import OpenError, Trouble, not_opened

# Of fewer bytes it cannot be said what they begin.
_FIRST_BYTES = 24
_LOOK_SECONDS = 0.05


class Pipe:
    """A pipe that was copied, with the copy's descriptor; `path` is the copy for whoever has that.

    `name` is what the pipe is called.
    """

    def __init__(self, path: Path) -> None:
        self.name = called(path)
        with tempfile.TemporaryFile() as file:
            self.file = os.dup(file.fileno())
        self.path = Path(f"/dev/fd/{self.file}")
        self._told: list[str] | None = None

    def copy(self, path: Path) -> None:
        """Read the pipe to its end."""
        number = number_of(path)
        source = os.open(path, os.O_RDONLY) if number is None else taken(number)
        try:
            self._told = copy(source, self.file)
        finally:
            os.close(source)

    @property
    def end(self) -> int | None:
        """A descriptor that can be read once all has come; None where all has."""
        return None

    def troubles(self) -> list[Trouble]:
        """What went wrong on the way, each with the pipe's name; waits until all has come."""
        return [Trouble(f"{self.name}: {text}") for text in self._told or ()]

    def stop(self) -> None:
        """Take no more; what has come stays."""


class FollowedPipe(Pipe):
    """A pipe that a process of its own copies, while others look at what has come."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._end, told = os.pipe()
        number = number_of(path)
        opened = [] if number is None else [taken(number)]
        source = f"/dev/fd/{opened[0]}" if opened else str(path)
        passed = [self.file, told]
        # The process ends when its standard input does, so that it never outlives this one. In a group of its own it
        # is not ended by a Ctrl-C that was meant for this one.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "parsers.copying", source, *map(str, passed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[*passed, *opened],
            process_group=0,
        )
        for descriptor in (told, *opened):
            os.close(descriptor)

    @property
    def end(self) -> int | None:
        return self._end

    def wait_for_beginning(self) -> None:
        """Wait until it can be seen what comes, or until nothing comes any more."""
        while os.fstat(self.file).st_size < _FIRST_BYTES:
            if select.select([self._end], [], [], _LOOK_SECONDS)[0]:
                return

    def troubles(self) -> list[Trouble]:
        if self._told is None:
            with os.fdopen(self._end, "rb", closefd=False) as told:
                said = told.read()
            self._process.wait()
            self._told = json.loads(said) if said else ["what came after this is lost: the copying was ended"]
        return super().troubles()

    def stop(self) -> None:
        self._told = self._told or []
        self._process.kill()
        self._process.communicate()


_pipes: dict[Path, Pipe] = {}


def follow(paths: Iterable[Path]) -> list[FollowedPipe]:
    """Begin to copy the pipes among these paths; `as_file` gives what has come by then. Raises OpenError."""
    followed = []
    for path in paths:
        if path not in _pipes and _is_pipe(path):
            _pipes[path] = pipe = FollowedPipe(path)
            followed.append(pipe)
    return followed


def as_file(path: Path) -> Path:
    """The file that holds what came through a pipe, which is read to its end when it is not followed.

    Of a descriptor of a file it is the file's name; any other path is given back as it is. Raises OpenError.
    """
    if path not in _pipes:
        if not _is_pipe(path):
            return path if number_of(path) is None or among([path]) else path.resolve()
        _pipes[path] = pipe = Pipe(path)
        try:
            pipe.copy(path)
        except OSError as error:
            raise not_opened(path, error) from None
    return _pipes[path].path


def among(files: Iterable[Path]) -> list[Pipe]:
    """The pipes whose copies these files are."""
    copies = {pipe.path: pipe for pipe in _pipes.values()}
    return [copies[file] for file in files if file in copies]


def descriptors(files: Iterable[Path]) -> list[int]:
    """What another process has to be given that is to read these files."""
    found = among(files)
    return [pipe.file for pipe in found] + [pipe.end for pipe in found if pipe.end is not None]


def _is_pipe(path: Path) -> bool:
    """Whether a path is to be copied: a pipe, a socket, or a file of which a descriptor is all that is left."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    if path == STANDARD_INPUT and stat.S_ISCHR(mode):
        raise OpenError("standard input: nothing comes through it; use it behind a pipe: tcpdump -w - | zeektui -")
    gone = stat.S_ISREG(mode) and number_of(path) is not None and not among([path]) and not path.resolve().exists()
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or gone
