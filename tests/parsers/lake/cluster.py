"""A scheduler and workers of Dask on loopback, as a shell would start them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tests.processes import is_alive, wait_until


@dataclass
class Cluster:
    """Where the scheduler is reached, and its workers."""

    address: str
    workers: "list[subprocess.Popen[bytes]]"

    def kill_one_at_work(self, lake: Path) -> int:
        """Kill a worker in the middle of a task and return its process number."""
        while True:
            wait_until(lambda: any(_at_work(lake, each.pid) for each in self.workers))
            worker = next((each for each in self.workers if _at_work(lake, each.pid)), None)
            if worker is None:
                continue
            os.kill(worker.pid, signal.SIGSTOP)
            # Stopped before its task was over: what it was writing is still there.
            if _at_work(lake, worker.pid):
                worker.kill()
                worker.wait()
                assert not is_alive(worker.pid)
                return worker.pid
            os.kill(worker.pid, signal.SIGCONT)


def _at_work(lake: Path, pid: int) -> list[Path]:
    """The folder in which a process writes what its task comes to."""
    return list(lake.glob(f".writing-*/*-{pid}-*"))


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """A scheduler with workers of one thread each, which are there."""
    contact = folder / "scheduler.json"
    log = folder / "scheduler.log"
    processes: list[subprocess.Popen[bytes]] = []
    try:
        with log.open("wb") as complaints:
            processes.append(_start("scheduler", ["--port", "0", "--host", "127.0.0.1"], contact, folder, complaints))
            wait_until(lambda: contact.is_file() and contact.read_text().endswith("}"))
            one = ["--nthreads", "1", "--no-nanny", "--host", "127.0.0.1", "--memory-limit", "0"]
            processes += [_start("worker", one, contact, folder, complaints) for _ in range(workers)]
            wait_until(lambda: log.read_text().count("Register worker") == workers, 60)
        yield Cluster(json.loads(contact.read_text())["address"], processes[1:])
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _start(
    kind: str, options: Sequence[str], contact: Path, folder: Path, complaints: BinaryIO
) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-P", "-m", f"distributed.cli.dask_{kind}", "--scheduler-file", str(contact)]
    return subprocess.Popen(
        [*command, "--no-dashboard", *options],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=complaints,
        stderr=complaints,
    )
