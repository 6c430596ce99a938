"""The files that logs are written to, by the names that they have now."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from parsers import limits
from parsers.updates import OpenError, Progress, Trouble, Update
from parsers.zeek.following.content import Content
from parsers.zeek.following.known import Known
from parsers.zeek.following.places import Identity, identified
from parsers.zeek.following.tail import Tail
from parsers.zeek.names import is_of_zeekctl, shown
from parsers.zeek.parts import Part

# A file that has lost its name is read for so many looks after it was written to for the last time.
_QUIET_LOOKS = 20


class Tails:
    """Open files, of which `only` those are read that may hold the logs of these names."""

    def __init__(self, known: Known, only: frozenset[str] | None) -> None:
        self._known = known
        self._only = only
        self._named: dict[Path, Tail] = {}
        self._leaving: list[Tail] = []
        # Files that are not followed, of which that was told.
        self._refused: set[tuple[int, int]] = set()

    @property
    def all(self) -> list[Tail]:
        """The files, also those that have lost their names."""
        return [*self._named.values(), *self._leaving]

    def hold(self, content: Content) -> bool:
        """Whether a content will be read on in one of the files."""
        return any(tail.content is content for tail in self.all)

    def turn_to(self, growing: Iterable[Path]) -> Iterator[Trouble]:
        """Follow the files that have these names now, and those that have the names of files that were followed."""
        for path in dict.fromkeys([*self._named, *growing]):
            identity = identified(path)
            tail = self._named.get(path)
            if tail and identity and tail.identity == identity[:2]:
                continue
            if tail:
                self._leaving.append(self._named.pop(path))
            if identity:
                yield from self._follow(path, identity)

    def _follow(self, path: Path, identity: Identity) -> Iterator[Trouble]:
        """Begin with a file, unless it is one that was renamed or has another name."""
        tail = next((tail for tail in self.all if tail.identity == identity[:2]), None)
        if tail in self._leaving:
            self._leaving.remove(tail)
            self._named[path] = tail
        if tail or identity[:2] in self._refused:
            return
        if len(self.all) >= limits.FOLLOWED_LOGS:
            self._refused.add(identity[:2])
            yield Trouble(f"{shown(path)}: not followed, {limits.FOLLOWED_LOGS} others are; give its folder alone")
            return
        try:
            self._named[path] = Tail(path)
        except FileNotFoundError:
            return
        except OSError as error:
            self._refused.add(identity[:2])
            yield Trouble(f"{shown(path)}: cannot be opened: {error.strerror}")

    def rows(self, most: int | None = None) -> Iterator[Update]:
        """What was written to the files, of each so many bytes at most; conn comes first."""
        for tail in sorted(self.all, key=lambda tail: (tail.path.name != "conn.log", tail.path)):
            try:
                if not tail.left_out:
                    yield from self._rows_of(tail, most)
            except OpenError as error:
                tail.left_out = True
                if is_of_zeekctl(tail.path):
                    yield Trouble(f"{shown(tail.path)}: no log, it comes from zeekctl; left out", harmless=True)
                else:
                    yield Trouble(str(error))
            except OSError as error:
                tail.left_out = True
                yield Trouble(f"{shown(tail.path)}: reading failed: {error.strerror}; the rows so far are shown")

    def _rows_of(self, tail: Tail, most: int | None) -> Iterator[Update]:
        is_new = tail.content is None
        if tail.was_cut():
            is_new = True
        if is_new and tail.begins():
            self._begin(tail)
        tail.quiet += 1
        content = tail.content
        if content is None or tail.left_out:
            return
        done = content.done
        yield from content.more(tail.pieces(most))
        if content.done > done:
            tail.quiet = 0

    def _begin(self, tail: Tail) -> None:
        """A file has its first row: it is left out if it is not wanted, or a copy of what was read to its end."""
        assert tail.digest is not None
        if tail.digest in self._known:
            tail.content = self._known.content(tail.digest)
            tail.left_out = tail.content is None
        elif self._only is not None and not Part(tail.path).may_hold(self._only):
            tail.left_out = True
            self._known.put(tail.digest, None)
        else:
            self._known.put(tail.digest, tail.content)

    def leave(self) -> Iterator[Update]:
        """Be done with files that have lost their names and are quiet."""
        for tail in [tail for tail in self._leaving if tail.quiet >= _QUIET_LOOKS or tail.left_out]:
            self._leaving.remove(tail)
            tail.close()
            content = tail.content
            if content is None or tail.digest is None or self.hold(content):
                continue
            self._known.put(tail.digest, None)
            with suppress(OpenError):
                yield from content.end()

    def close(self) -> None:
        """Let go of all files."""
        for tail in self.all:
            tail.close()

    def progress(self) -> Progress:
        """How much of the files has been read."""
        sizes = [tail.size for tail in self.all]
        done = sum(tail.content.done for tail in self.all if tail.content)
        return Progress("bytes", min(done, sum(sizes)), sum(sizes))
