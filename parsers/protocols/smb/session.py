"""One SMB connection as its messages are read: its state, its pipes, its files, its log-on."""

from parsers.protocols.analyzer import Context
from parsers.protocols.smb.carried import Carried
from parsers.protocols.smb.pipes import Pipes
from parsers.protocols.smb.security import Security
from parsers.protocols.smb.state import State


class Session:
    """What the readers of both versions work on.

    offsets     where the bytes of a read begin that is not answered yet, by message
    read_files  which opened file it is from
    ioctl_files which opened file a call of its device is to
    tree_ids    the trees that requests named; answers may leave them out
    pipe_calls  whether a transaction of SMB 1 that is not answered yet goes to a pipe
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.state = State(context)
        self.pipes = Pipes(self.state)
        self.files = Carried(self.state)
        self.security = Security(self.state)
        self.offsets: dict[int, int] = {}
        self.read_files: dict[int, int] = {}
        self.ioctl_files: dict[int, int] = {}
        self.tree_ids: dict[int, int] = {}
        self.pipe_calls: dict[int, bool] = {}

    def begin(self, ts: int) -> None:
        """A message came."""
        if ts != self.state.now:
            self.state.catch_up()
            self.state.now = ts
            self.files.expire()

    def discard(self, kind: str) -> None:
        """Too much was asked without an answer: what is known of opened files and waiting commands is given up."""
        state = self.state
        known = f"fid_map={len(state.files)} tid_map={len(state.trees)} pending_cmds={len(state.commands)} pipe_map=0"
        self.context.weird("SMB_discarded_messages_state", state.now, f"state={kind} {known}", "SMB2")
        state.files.clear()
        state.commands.clear()

    def finish(self, ts: int) -> None:
        """The connection is over."""
        self.state.catch_up()
        self.state.now = max(self.state.now, ts)
        self.pipes.finish()
        self.security.finish(ts)
        self.files.finish()
