"""The views of all logs as their reader left them, brought up to newer tables by threads, so that nobody waits."""

from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa
from textual.widget import Widget

from parsers import escape
from parsers.protocols.registry import record_of
from tui.choosing import Chooser, Chosen
from tui.columns import Column, columns
from tui.newest import Newest
from tui.reading import Snapshot
from tui.selection import Choice, Wrong
from tui.view import View, stays

# Where the cursor's row stands on the screen when one goes to it.
CONTEXT = 4


class Views:
    """One view a log, made when the log is first shown; `tell` is called with each one that is new."""

    def __init__(self, node: Widget, tell: Callable[[View], None]) -> None:
        self.snapshot = Snapshot()
        self.of: dict[str, View] = {}
        self._node, self._tell = node, tell
        self._columns: dict[str, tuple[Column, ...]] = {}
        self._choosing: dict[str, Newest[Choice, Chosen | Wrong | None]] = {}

    def begin_again(self) -> None:
        """Show every log from its first row on, as wide as it was."""
        self._columns |= {log: view.columns for log, view in self.of.items()}
        self.of.clear()

    def put(self, view: View) -> None:
        """Have another view of a log."""
        self.of[view.log] = view
        self._tell(view)

    def renew(self, log: str) -> None:
        """Bring the view of a log up to the snapshot's table; what takes its time comes later."""
        table, view = self.snapshot.table(log), self.of.get(log)
        if view is None:
            record, day = record_of(log, table.column_names), self.snapshot.day
            self.put(View(log, table, record, columns(table, record, day, self._columns.get(log, ()))))
            return
        choosing, row = self._newest(log), view.row
        # What is chosen already brings the view up to date itself once it is there.
        if view.table is table or choosing.waiting:
            return
        if not view.filter and not view.sort and (row is None or stays(view.table, row, table)):
            self.put(view.on(table, None, row, self.snapshot.day))
            return
        # With the last table nothing more comes; before that, to choose again and again would take all of the time.
        ask = choosing.ask if self.snapshot.complete else choosing.offer
        ask(Choice(log, table, view.filter, view.sort, seen=_seen(view)))

    def choose(self, choice: Choice) -> None:
        """Show other rows of a log, or in another order, once they are found."""
        seen = None if choice.row is not None else _seen(self.of[choice.log])
        self._newest(choice.log).ask(replace(choice, seen=seen))

    def _newest(self, log: str) -> Newest[Choice, Chosen | Wrong | None]:
        """What chooses the rows of a log."""
        if log not in self._choosing:
            self._choosing[log] = Newest(self._node, Chooser(), self._chosen, f"choose {log}")
        return self._choosing[log]

    def _chosen(self, choice: Choice, found: Chosen | Wrong | None) -> None:
        view = self.of.get(choice.log)
        if isinstance(found, Wrong):
            said = f"the filter no longer fits: {escape.cell(found.message)}"
            self._node.notify(said, severity="warning", markup=False)
        if not isinstance(found, Chosen) or view is None:
            return
        if view.table is not choice.table:
            row = view.row
            if row is None or choice.seen is None or (choice.seen[0] is view.table and choice.seen[1] == row):
                row = found.row
            elif not stays(view.table, row, choice.table):
                # The reader went on meanwhile, and where that row is now is still to be found.
                self.choose(choice)
                return
            view = view.on(choice.table, None, row, self.snapshot.day)
        view = view.chosen(found.rows, choice.filter, choice.sort)
        if choice.row is not None:
            view.hold(choice.row, CONTEXT)
        self.put(view)
        self.renew(choice.log)


def _seen(view: View) -> tuple[pa.Table, int] | None:
    """The row under a view's cursor, and the table that it is of."""
    return None if view.row is None else (view.table, view.row)
