"""One question to a process of its own: bytes in, bytes out, ended when nobody waits for the answer any more."""

import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from parsers.cancelling import CalledOffError, Cancelled

_POLL_SECONDS = 0.1


class TookTooLongError(Exception):
    """The answer did not come within the time that it was given."""


def run(
    module: str,
    *arguments: str,
    question: bytes,
    cancelled: Cancelled,
    seconds: float | None = None,
    descriptors: Sequence[int] = (),
) -> tuple[bytes, int]:
    """What `python -m MODULE ARGUMENTS` writes when it is given the question, and its exit status.

    The process is given `descriptors` that this one has open. Raises CalledOffError once `cancelled` says so, and
    TookTooLongError after so many seconds; the process ends either way.
    """
    # -P: a module that lies in the folder where the program was started is never taken for one of ours.
    command = [sys.executable, "-P", "-m", module, *arguments]
    deadline = None if seconds is None else time.monotonic() + seconds
    with (
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=descriptors,
        ) as process,
        ThreadPoolExecutor(1) as talker,
    ):
        talk = talker.submit(process.communicate, question)
        try:
            while not talk.done():
                wait([talk], _POLL_SECONDS)
                if cancelled():
                    raise CalledOffError
                if deadline is not None and time.monotonic() > deadline:
                    raise TookTooLongError
        finally:
            process.kill()
    return talk.result()[0], process.returncode
