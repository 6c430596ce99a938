"""Files without a name: nobody else can get at them, and they are gone when nobody looks at them any more."""

import os
import shutil
import tempfile
from pathlib import Path

_READ_ONLY = 0o400


class Nameless:
    """A file in a folder, there until nothing holds it; what is mapped of it stays.

    It is written by one descriptor, and read and mapped by another. Raises OSError where none can be made.
    """

    def __init__(self, folder: Path) -> None:
        self.writer = self.reader = -1
        self.writer = _opened(folder)
        self.reader = os.open(f"/proc/self/fd/{self.writer}", os.O_RDONLY)

    def give_name(self, path: Path) -> None:
        """Let others find what was written, which can only be read from now on. Raises OSError."""
        os.fchmod(self.writer, _READ_ONLY)
        own = f"/proc/self/fd/{self.writer}"
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.link(own, path.name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=True)
        except OSError:
            # Not every file system can name what never had a name.
            shutil.copyfile(own, path)
            path.chmod(_READ_ONLY)
            os.close(self.reader)
            self.reader = os.open(path, os.O_RDONLY)
        finally:
            os.close(folder)
        os.close(self.writer)
        self.writer = -1

    def __del__(self) -> None:
        for descriptor in (self.writer, self.reader):
            if descriptor >= 0:
                os.close(descriptor)


def _opened(folder: Path) -> int:
    try:
        # Unlike those of the standard library, it may be given a name later.
        return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)
    except (OSError, AttributeError):
        with tempfile.TemporaryFile(dir=folder) as file:
            return os.dup(file.fileno())
