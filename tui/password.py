"""The password of a locked capture, asked for when it is needed."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from parsers import escape
from parsers.updates import OpenError, PasswordNeeded
from tui.streams import complain

T = TypeVar("T")

_ASKED = 3


def unlocked(
    paths: Sequence[Path], password: bytes | None, read: Callable[[bytes | None], T]
) -> tuple[T, bytes | None]:
    """What `read` gives, and the password that it took: asked for where none was given and somebody can be asked."""
    if password is None and sys.stdin.isatty():
        for _ in range(_ASKED):
            try:
                return read(password), password
            except PasswordNeeded as error:
                if password is not None:
                    complain(str(error))
                password = _ask(paths[0])
    return read(password), password


def _ask(path: Path) -> bytes:
    from getpass import getpass

    try:
        return os.fsencode(getpass(f"password of {escape.cell(path.name)}: "))
    except (EOFError, UnicodeDecodeError):
        raise OpenError(f"{path}: no password was given") from None
