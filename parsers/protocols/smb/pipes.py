"""Named pipes in SMB: which trees hold them, and the calls of other computers' functions that go through them.

Source: Zeek, src/analyzer/protocol/smb/smb-pipe.pac, scripts/base/protocols/smb/consts.zeek.
"""

from typing import Final

from parsers.limits import SMB_HANDLES, SMB_PIPES
from parsers.protocols import dce_rpc
from parsers.protocols.analyzer import Analyzer, Data
from parsers.protocols.smb.state import PIPE, State

# Names that tell a pipe where its tree was not seen.
_NAMES: Final = frozenset((b"spoolss", b"winreg", b"samr", b"srvsvc", b"netdfs", b"lsarpc", b"wkssvc", b"MsFteWds"))


class Pipes:
    """The trees with pipes, by number, and the analysers of pipes, by the opened file's."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._trees: dict[int, None] = {}
        self._open: dict[int, Analyzer | None] = {}

    def hold(self, tree: int) -> bool:
        """Whether a tree holds pipes."""
        return tree in self._trees

    def add_tree(self, tree: int) -> None:
        """A tree holds pipes."""
        if len(self._trees) < SMB_HANDLES:
            self._trees[tree] = None

    def drop_tree(self, tree: int) -> None:
        """A tree is no more."""
        self._trees.pop(tree, None)

    def guess(self, tree: int, name: bytes) -> None:
        """A file is opened that is called as only pipes are, in a tree that is not known for them."""
        if not self.hold(tree) and name in _NAMES:
            self.add_tree(tree)
            if self._state.tree is not None:
                self._state.tree.path = "<unknown>"
                self._state.tree.share_type = PIPE

    def deliver(self, number: int, is_orig: bool, data: bytes) -> None:
        """Bytes of a pipe."""
        if number not in self._open:
            if len(self._open) >= SMB_PIPES:
                self._forget()
            self._open[number] = dce_rpc.open_pipe(self._state.context, number)
        pipe = self._open[number]
        if pipe is not None and data:
            pipe.deliver(Data(is_orig, data, [len(data)], [self._state.now]))

    def close(self, number: int) -> None:
        """A file was closed; it may have been a pipe."""
        pipe = self._open.pop(number, None)
        if pipe is not None:
            pipe.finish(self._state.now)

    def finish(self) -> None:
        """The connection is over, or there are too many."""
        for number in list(self._open):
            self.close(number)

    def _forget(self) -> None:
        self.finish()
        context = self._state.context
        dce_rpc.calls.of(context).forget()
        context.weird("SMB_discarded_dce_rpc_analyzers", self._state.now)
