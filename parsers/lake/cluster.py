"""A Dask cluster that does tasks in the place of this machine's processes."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from parsers.capture.workers import Crew, Lost, Result, Task, outcome
from parsers.lake.task import forget
from parsers.updates import OpenError

if TYPE_CHECKING:
    from distributed import Client, Future

_SECONDS = 10
# Besides what the network says: addresses that are none, and TLS without keys.
_UNREACHED = (OSError, ValueError, TypeError, RuntimeError, ImportError)


@contextmanager
def joined(address: str) -> Iterator[Crew]:
    """The crew that a scheduler at this address has, for as long as it is needed.

    Keys and certificates for a `tls://` address are Dask's own settings. Raises OpenError where Dask is not installed,
    nobody answers, or there is no worker.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        what = f"--scheduler needs Dask, and {error.name} is not installed"
        raise OpenError(f"{what}: pip install 'zeektui[cluster]', here, at the scheduler and at the workers") from None
    # What there is to say is said once, and here.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        # A client that reaches nobody would not come to an end.
        asyncio.run(_reach(address))
        client = Client(address, timeout=_SECONDS, set_as_default=False)
    except _UNREACHED as error:
        what = f"no scheduler answers ({_line(error)}); is the address right, was one started with `dask scheduler`?"
        raise OpenError(f"{address}: {what}") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_SECONDS)
        except TimeoutError:
            what = f"the scheduler has no workers; start some with `dask worker {address} --nthreads 1`"
            raise OpenError(f"{address}: {what}") from None
        yield _Crew(client, address)
        client.run(forget, on_error="ignore")


async def _reach(address: str) -> None:
    from distributed.comm import connect
    from distributed.security import Security

    connection = await connect(address, timeout=_SECONDS, **Security().get_connection_args("client"))
    await connection.close()


def _line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


class _Crew:
    """The workers behind a client; a task that a worker dies over is given to another."""

    def __init__(self, client: "Client", address: str) -> None:
        self._client = client
        self._address = address

    def __call__(self, work: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[tuple[Task, Result | Lost]]:
        from distributed import as_completed

        # Never taken from what the cluster remembers of an earlier run: its files may have gone since.
        futures = self._client.map(partial(outcome, work), tasks, pure=False)
        places = {future.key: place for place, future in enumerate(futures)}
        for future in as_completed(futures, loop=self._client.loop):
            result = self._result(future)
            # Else it would be done again when the worker dies that has it.
            future.release()
            yield tasks[places[future.key]], result

    def _result(self, future: "Future") -> Any:
        from distributed.scheduler import KilledWorker

        if future.cancelled():
            what = "the scheduler is gone; what is written stays: give the same command again"
            raise OpenError(f"{self._address}: {what}")
        try:
            return future.result()
        except KilledWorker as error:
            return Lost(f"{error.allowed_failures + 1} workers ended early over it; is memory short there?")
        # What the cluster itself has to say; what a task raises is an outcome.
        except Exception as error:  # noqa: BLE001
            what = f"the cluster could not do it ({_line(error)})"
            return Lost(f"{what}; is the same zeektui installed at the scheduler and the workers?")
