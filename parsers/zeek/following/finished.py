"""Logs that nobody writes to: those that are there before, and those that come into being, each read once."""

from collections.abc import Iterator
from contextlib import suppress
from heapq import nlargest
from pathlib import Path

from parsers import packing
from parsers.updates import NoSuchLog, OpenError, Trouble, Update
from parsers.zeek.folder import read_folder
from parsers.zeek.following import beginning
from parsers.zeek.following.content import Content
from parsers.zeek.following.known import Known
from parsers.zeek.following.places import Identity, Places, identified
from parsers.zeek.following.tails import Tails
from parsers.zeek.names import shown

# Of the newest of the logs that were there before it is remembered how they begin: they may be packed meanwhile.
_REMEMBERED = 1000


class Finished:
    """Finished files, of which `only` those are read that may hold the logs of these names."""

    def __init__(self, places: Places, known: Known, only: frozenset[str] | None) -> None:
        self._places = places
        self._known = known
        self._only = only
        self._seen: set[Identity] = set()
        # Those that were new at the last look: they may not be whole yet.
        self._new: dict[Path, Identity] = {}

    def before(self) -> Iterator[Update]:
        """Those that are there when all begins."""
        files = self._places.finished
        self._seen = set(files.values())
        if not files:
            return
        with suppress(OpenError):
            yield from read_folder(list(files), self._only)
        newest = nlargest(_REMEMBERED, files, key=lambda path: files[path].changed)
        for digest in map(beginning.of_path, newest):
            if digest is not None:
                self._known.put(digest, None)

    def since(self, tails: Tails) -> Iterator[Update]:
        """Those that have come into being, once they no longer grow; not what the tails hold."""
        files = self._places.finished
        self._seen &= set(files.values())
        followed = {tail.identity for tail in tails.all}
        new = {}
        for path, identity in files.items():
            if identity in self._seen:
                continue
            now = identified(path)
            if identity[:2] in followed or now is None:
                self._seen.add(identity)
            elif self._new.get(path) != now:
                new[path] = now
            else:
                self._seen.add(identity)
                yield from self._since(path, tails)
        self._new = new

    def _since(self, path: Path, tails: Tails) -> Iterator[Update]:
        digest = beginning.of_path(path)
        if digest is None:
            return
        if digest not in self._known:
            self._known.put(digest, None)
            try:
                yield from read_folder(path, self._only)
            except NoSuchLog:
                return
            except OpenError as error:
                yield Trouble(str(error))
            return
        content = self._known.content(digest)
        if content and not tails.hold(content):
            self._known.put(digest, None)
            yield from _rest_of(content, path)


def _rest_of(content: Content, path: Path) -> Iterator[Update]:
    """What a copy holds of a content behind the place up to which that was read."""
    try:
        with path.open("rb") as file:
            yield from content.more(_behind(packing.unpacked(file), content.done))
        yield from content.end()
    except OpenError as error:
        yield Trouble(str(error))
    except (OSError, packing.DamagedError) as error:
        yield Trouble(f"{shown(path)}: {error}; the rows before it are shown")


def _behind(pieces: Iterator[bytes], place: int) -> Iterator[bytes]:
    for piece in pieces:
        if place < len(piece):
            yield piece[place:]
        place = max(0, place - len(piece))
