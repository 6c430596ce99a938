"""The command line; imports nothing heavy before it must."""

import atexit
import gc
import os
from functools import partial
from typing import TYPE_CHECKING

from parsers.descriptors import STANDARD_INPUT, called, number_of
from tui.exit_status import DONE, INTERRUPTED, NOTHING
from tui.options import options
from tui.streams import complain, is_terminal, open_missing, say, take_keyboard

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from parsers.pipes import Pipe
    from parsers.updates import Update
    from parsers.zeek.browsing import Browsing
    from tui.app import ZeekTui

    # What tells the updates, what stops it, what tells the rest of a log.
    _Reader = tuple[Iterator[Update], Callable[[], None], Callable[[str], Iterator[Update]]]


def main(arguments: list[str] | None = None) -> int:
    """Run zeektui; the exit status is 0, 1 when something could not be read, 2 for wrong use or nothing readable."""
    open_missing()
    # When it ends, the collector would walk all that is about to go: that takes as long as a small capture.
    atexit.register(gc.freeze)
    try:
        return _run(options(arguments))
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(asked: "argparse.Namespace") -> int:
    if asked.version:
        from importlib.metadata import version

        from parsers import compiled

        code = "compiled" if compiled.is_used() else "not compiled"
        return DONE if say([f"zeektui {version('zeektui')} ({code})"]) else NOTHING
    from parsers.lean import go_without_pandas
    from parsers.updates import OpenError

    go_without_pandas()
    _bound(asked)
    password = os.fsencode(asked.password) if asked.password is not None else None
    try:
        if asked.print is not None:
            return _print(asked, password)
        if asked.follow:
            return _follow(asked.paths)
        if asked.write is None and is_terminal(piped=STANDARD_INPUT in asked.paths):
            return _explore(asked.paths, password, checksums=asked.checksums)
        if asked.by_day or asked.scheduler is not None:
            from tui import lake

            return lake.run(asked.paths, asked.write, asked.scheduler, checksums=asked.checksums)
        from tui import batch

        form = asked.format or "zeek"
        return batch.run(asked.paths, password, asked.write, format=form, checksums=asked.checksums)
    except OpenError as error:
        complain(str(error))
        return NOTHING


def _bound(asked: "argparse.Namespace") -> None:
    """Say what this process, and those that it starts, may take of memory and disk."""
    from parsers import budget

    budget.choose_allocator()
    if asked.memory is not None:
        budget.keep_to(asked.memory)
    from parsers.cache import guard, place

    guard.prepare()
    # Whoever writes logs wants them made anew.
    place.choose(kept=not asked.no_cache and asked.write is None, most=asked.cache_size)


def _print(asked: "argparse.Namespace", password: bytes | None) -> int:
    from parsers.query.question import Wording
    from tui import printing
    from tui.batch import begin

    begin()
    wording = Wording(asked.where, asked.count_by, asked.sort, asked.head, asked.fields)
    return printing.run(
        asked.paths,
        password,
        asked.print,
        wording,
        format=asked.format,
        checksums=asked.checksums,
        follow=asked.follow,
    )


def _follow(paths: "Sequence[Path]") -> int:
    """Show logs while Zeek writes them."""
    from threading import Event

    from parsers import following
    from parsers.updates import OpenError, begun

    ended = Event()
    updates = following.updates(paths, lambda: ended.wait(following.LOOK_SECONDS))
    if not is_terminal():
        raise OpenError("--follow shows rows on a terminal; where there is none it goes with --print LOG")
    from tui.app import ZeekTui

    return _run_app(ZeekTui(_title(paths), begun(updates), ended.set), ended.set)


def _explore(paths: "Sequence[Path]", password: bytes | None, *, checksums: bool) -> int:
    from parsers import pipes

    # What is loaded from here on stays: the collector would walk it again and again in vain.
    gc.disable()
    followed = pipes.follow(paths)
    take_keyboard()
    try:
        # Until something comes, the terminal belongs to whoever may ask for a password to send it.
        for pipe in followed:
            pipe.wait_for_beginning()
        return _show(paths, password, followed, checksums=checksums)
    finally:
        for pipe in followed:
            pipe.stop()


def _show(paths: "Sequence[Path]", password: bytes | None, followed: "Sequence[Pipe]", *, checksums: bool) -> int:
    from parsers.opening import captures
    from tui.password import unlocked

    found = captures(paths)
    read = partial(_remote, found, checksums=checksums) if found else partial(_local, paths, checksums=checksums)
    (updates, stop_reader, whole), password = unlocked(paths, password, read)
    from tui.app import ZeekTui

    def stop() -> None:
        for pipe in followed:
            pipe.stop()
        stop_reader()

    return _run_app(ZeekTui(_title(paths), updates, stop, found, password, checksums=checksums, whole=whole), stop)


def _run_app(app: "ZeekTui", stop: "Callable[[], None]") -> int:
    gc.freeze()
    gc.enable()
    try:
        app.run()
    finally:
        stop()
    return app.return_code or DONE


def _title(paths: "Sequence[Path]") -> str:
    first = called(paths[0]) if number_of(paths[0]) is not None else paths[0].name or str(paths[0])
    return first if len(paths) == 1 else f"{first} and {len(paths) - 1} more"


def _remote(paths: "Sequence[Path]", password: bytes | None, *, checksums: bool) -> "_Reader":
    """The updates of a capture, how to stop them, what is left to read of a log; errors of opening are raised here,
    before there is a screen.
    """
    from parsers.cache import origin
    from parsers.remote import RemoteReader
    from parsers.updates import begun

    readers: list[RemoteReader] = []

    def read() -> "Iterator[Update]":
        readers.append(RemoteReader(paths, password, checksums=checksums))
        # The screen is loaded while the process of the reader starts, not after it.
        import tui.app  # noqa: F401

        return readers[0].updates()

    def stop() -> None:
        for reader in readers:
            reader.stop()

    return begun(origin.updates(origin.Origin(paths, paths, checksums), read)), stop, lambda _log: iter(())


def _local(paths: "Sequence[Path]", password: bytes | None, *, checksums: bool) -> "_Reader":
    """The same of logs."""
    from parsers.cache import origin
    from parsers.opening import browsed, updates
    from parsers.updates import begun

    found: list[Browsing] = []

    def read(known: frozenset[str]) -> "Iterator[Update]":
        browsing = None if checksums else browsed(paths, known)
        if browsing is None:
            return updates(paths, password, checksums=checksums)
        found.append(browsing)
        return browsing.updates()

    def whole(log: str) -> "Iterator[Update]":
        for browsing in found:
            yield from browsing.whole(log)

    return begun(origin.updates_beside(origin.Origin(paths, (), checksums), read)), lambda: None, whole
