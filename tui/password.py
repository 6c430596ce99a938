"""The password of a locked capture, asked for when it is needed."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from parsers import escape
from parsers.descriptors import called, number_of
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
                password = _ask(paths)
    return read(password), password


def _ask(paths: Sequence[Path]) -> bytes:
    from getpass import getpass

    # Which of several it is that is locked, nobody has told.
    name = escape.cell(paths[0].name) if len(paths) == 1 and number_of(paths[0]) is None else "the locked zip"
    try:
        return os.fsencode(getpass(f"password of {name}: "))
    except (EOFError, UnicodeDecodeError):
        raise OpenError(f"{called(paths[0])}: no password was given") from None
