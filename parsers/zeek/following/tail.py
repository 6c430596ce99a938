"""A file that a log is written to."""

import os
from collections.abc import Iterator
from pathlib import Path

from parsers import limits
from parsers.zeek.following import beginning
from parsers.zeek.following.content import Content


class Tail:
    """An open file that may grow, wherever its name goes; `quiet` counts the looks at it since it last did.

    `content` is None until there is a first row, and `digest` then the beginning that the log is known by. Nothing is
    read any more of one that is `left_out`. What looks at the file raises OSError where it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        """Open the file."""
        self.path = path
        # It may have become a pipe, which nobody waits for.
        self._file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        status = os.fstat(self._file)
        self.identity = status.st_dev, status.st_ino
        self.content: Content | None = None
        self.digest: bytes | None = None
        self.left_out = False
        self.quiet = 0
        self._before: Content | None = None

    def close(self) -> None:
        """Look at the file no more."""
        os.close(self._file)

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return os.fstat(self._file).st_size

    def was_cut(self) -> bool:
        """Whether the file was cut to nothing, and may have been written to since: it begins anew."""
        content = self.content
        if content is None:
            return False
        mark = content.mark
        if self.size >= content.done and os.pread(self._file, len(mark), content.done - len(mark)) == mark:
            return False
        self.content, self.digest, self._before = None, None, content
        return True

    def begins(self) -> bool:
        """Whether there is a first row by now."""
        self.digest, start = beginning.of_file(self._file)
        if self.digest is not None:
            self.content = Content(self.path, start, self._before)
        return self.digest is not None

    def pieces(self, most: int | None) -> Iterator[bytes]:
        """What is there and was not read yet, so many bytes at most."""
        content = self.content
        assert content is not None
        end = self.size if most is None else min(self.size, content.done + most)
        while content.done < end:
            piece = os.pread(self._file, min(limits.LOG_BLOCK_BYTES, end - content.done), content.done)
            if not piece:
                return
            yield piece
