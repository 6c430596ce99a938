"""Files without a name: nobody else can get at them, and they are gone when nobody looks at them any more."""

import os
import shutil
import tempfile
from pathlib import Path

_READ_ONLY = 0o400


class Nameless:
    """A file in a folder, open to read and write until nothing holds it; what is mapped of it stays.

    Raises OSError where none can be made.
    """

    def __init__(self, folder: Path) -> None:
        self.descriptor = -1
        self.descriptor = _opened(folder)

    def give_name(self, path: Path) -> None:
        """Let others find what was written, who may not write. Raises OSError."""
        os.fchmod(self.descriptor, _READ_ONLY)
        own = f"/proc/self/fd/{self.descriptor}"
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.link(own, path.name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=True)
        except OSError:
            # Not every file system can name what never had a name.
            shutil.copyfile(own, path)
            path.chmod(_READ_ONLY)
        finally:
            os.close(folder)

    def __del__(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)


def _opened(folder: Path) -> int:
    try:
        # Unlike those of the standard library, it may be given a name later.
        return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)
    except (OSError, AttributeError):
        with tempfile.TemporaryFile(dir=folder) as file:
            return os.dup(file.fileno())
