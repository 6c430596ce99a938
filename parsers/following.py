"""Logs that are followed while Zeek writes them, for as long as somebody wants that."""

import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path

from parsers import opening
from parsers.descriptors import number_of
from parsers.updates import LIVE, OpenError, Progress, Trouble, Update, not_opened
from parsers.zeek.following.follower import Follower

# How long to wait until logs are looked at again.
LOOK_SECONDS = 0.5


def updates(
    paths: Sequence[Path], has_ended: Callable[[], bool], only: frozenset[str] | None = None
) -> Iterator[Update]:
    """What is in these folders of logs, and in logs alone, and then what is written to them.

    `has_ended` waits a while and tells whether no more is wanted. A log or a folder's logs may be still to come. Raises
    OpenError for anything but logs, and NoSuchLog when none of those that are there is one of `only`.
    """
    for path in paths:
        _check(path)
    missing = [Trouble(f"{path}: is not there yet; it is waited for", True) for path in paths if not path.exists()]
    return chain(missing, _updates(Follower(paths, only), has_ended))


def _updates(follower: Follower, has_ended: Callable[[], bool]) -> Iterator[Update]:
    with closing(follower):
        yield from follower.begin()
        yield Progress(LIVE, 0, 0)
        while not has_ended():
            yield from follower.step()


def _check(path: Path) -> None:
    """Raise OpenError where there are no logs and never will be."""
    hint = "--follow is for Zeek's logs; tcpdump -U -w - | zeektui - shows packets while they come"
    if number_of(path) is not None:
        raise OpenError(f"{path}: what comes through a pipe is not followed; {hint}")
    try:
        status = path.stat()
    except FileNotFoundError as error:
        if not path.parent.is_dir():
            raise not_opened(path, error) from None
        return
    except OSError as error:
        raise not_opened(path, error) from None
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        raise OpenError(f"{path}: is no file and no folder; {hint}")
    if opening.captures([path]):
        raise OpenError(f"{path}: a capture is not followed; {hint}")
