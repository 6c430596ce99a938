"""What is known of one SMB connection: commands that wait, opened files, connected trees; and the rows of them.

Source: Zeek, scripts/base/protocols/smb/main.zeek.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeVar

from parsers.limits import SMB_HANDLES, SMB_RECENT
from parsers.protocols.analyzer import Context
from parsers.protocols.smb.record import FILES, MAPPING

K = TypeVar("K")
T = TypeVar("T")

DISK, PIPE, PRINT = "DISK", "PIPE", "PRINT"

_LOGGED: Final = frozenset(("FILE_OPEN", "FILE_RENAME", "FILE_DELETE", "PRINT_OPEN", "PRINT_CLOSE"))
# Times of files count tenths of microseconds from 1601 on (MS-DTYP 2.3.3); Zeek makes doubles of them.
_STEPS: Final = 10_000_000.0
_TO_EPOCH: Final = 11_644_473_600.0


class Times(NamedTuple):
    """A file's times as they are on the wire."""

    modified: int
    accessed: int
    created: int
    changed: int

    @property
    def are_known(self) -> bool:
        """Whether the file was changed after 1970."""
        return _seconds(self.modified) > 0.0


@dataclass(slots=True)
class Tree:
    """A share that the client is connected to."""

    ts: int
    path: str | None = None
    service: str | None = None
    native_file_system: str | None = None
    share_type: str = DISK


@dataclass(slots=True)
class OpenFile:
    """A file that the client has opened, or wants to."""

    ts: int
    fuid: str | None = None
    action: str | None = None
    path: str | None = None
    name: str | None = None
    size: int = 0
    prev_name: str | None = None
    times: Times | None = None


@dataclass(slots=True)
class Command:
    """A command that was seen, and what it is about."""

    file: OpenFile
    tree: Tree | None = None
    create_options: int = 0


@dataclass(slots=True)
class State:
    """`command`, `file` and `tree` are those that the last message was about; `now` is when it came."""

    context: Context
    now: int = 0
    command: Command | None = None
    file: OpenFile | None = None
    tree: Tree | None = None
    commands: dict[int, Command] = field(default_factory=dict)
    files: dict[int, OpenFile] = field(default_factory=dict)
    trees: dict[int, Tree] = field(default_factory=dict)
    _recent: dict[tuple[object, ...], int] = field(default_factory=dict)
    _waiting: list[Callable[[], None]] = field(default_factory=list)

    def later(self, act: Callable[[], None]) -> None:
        """Do something when what has come already has been dealt with."""
        self._waiting.append(act)

    def catch_up(self) -> None:
        """What has come has been dealt with."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            for act in waiting:
                act()

    def new_command(self, number: int) -> Command:
        """A message with a number that no command waits under."""
        return keep(self.commands, number, Command(OpenFile(self.now)))

    def set_file(self, handle: int) -> OpenFile:
        """The command is about the file of this handle; a handle that nobody knows is its own."""
        command = self.command
        assert command is not None
        known = self.files.get(handle)
        if known is None:
            known = keep(self.files, handle, command.file)
        command.file = self.file = known
        return known

    def log_file(self) -> None:
        """A row for the file at hand, unless such a one was written just now."""
        file = self.file
        if file is None or file.name is None or file.action not in _LOGGED:
            return
        if file.times is not None:
            # Whoever reads a file changes the time of its last access.
            times = file.times._replace(accessed=0)
            key = file.action, file.fuid or "", file.name, file.path or "", file.size, times
            last = self._recent.pop(key, None)
            keep(self._recent, key, self.now)
            if last is not None and self.now - last < SMB_RECENT:
                return
        times_cells = (None,) * 4 if file.times is None else tuple(map(_nanoseconds, file.times))
        row = (
            file.ts,
            *self.context.connection.head,
            file.fuid,
            f"SMB::{file.action}",
            file.path,
            file.name,
            file.size,
            file.prev_name,
            *times_cells,
        )
        self.context.rows.add(FILES, row)

    def log_tree(self) -> None:
        """A row for the tree at hand."""
        tree = self.tree
        if tree is not None:
            cells = tree.path, tree.service, tree.native_file_system, tree.share_type
            self.context.rows.add(MAPPING, (tree.ts, *self.context.connection.head, *cells))


def keep(table: dict[K, T], key: K, value: T) -> T:
    """Put something into a table of which the oldest entries are forgotten when there are too many."""
    if len(table) >= SMB_HANDLES and key not in table:
        del table[next(iter(table))]
    table[key] = value
    return value


def _seconds(filetime: int) -> float:
    return float(filetime) / _STEPS - _TO_EPOCH


def _nanoseconds(filetime: int) -> int:
    return int(f"{_seconds(filetime):.6f}".replace(".", "")) * 1000
