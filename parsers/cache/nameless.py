"""Files without a name: nobody else can get at them, and they are gone when nobody looks at them any more."""

import os
import tempfile
from pathlib import Path


class Nameless:
    """A file in a folder, open to read and write until nothing holds it; what is mapped of it stays.

    Raises OSError where none can be made.
    """

    def __init__(self, folder: Path) -> None:
        self.descriptor = -1
        self.descriptor = _opened(folder)

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
