"""Real programs that talk to each other in a network namespace of their own, and what is read of their capture."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from parsers.capture.pipeline import updates
from parsers.source import LogSet

_END = b"this was the last of it"
_PATIENCE = 20


class Loopback:
    """A namespace with nothing but a loopback, in which programs are started.

    `programs` are those that a test cannot do without: it is skipped where one is missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path / "lo.pcap"
        self.name = f"zeektui-{os.getpid()}-{path.name}"[-60:]
        self._running: list[subprocess.Popen[bytes]] = []

    @staticmethod
    def need(*programs: str) -> None:
        missing = [program for program in programs if shutil.which(program) is None]
        if missing:
            pytest.skip(f"needs {', '.join(missing)}")

    def start(self, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a program that is ended with the namespace."""
        quiet = subprocess.DEVNULL
        given = os.environ | environment
        running = subprocess.Popen(self._inside(*command), stdin=quiet, stdout=quiet, stderr=quiet, env=given)
        self._running.append(running)
        return running

    def run(self, *command: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
        """Run a program until it ends."""
        return subprocess.run(
            self._inside(*command),
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            stdin=subprocess.DEVNULL,
            **more,
        )

    def wait_for(self, port: int, kind: str = "tcp") -> None:
        """Wait until a program listens at this port of TCP, or of UDP."""
        wanted = f":{port:04X} "
        state = {"tcp": "0A", "udp": "07"}[kind]
        deadline = time.monotonic() + _PATIENCE
        while not any(wanted in line and line.split()[3] == state for line in self._sockets(kind)):
            if time.monotonic() > deadline:
                pytest.skip(f"nothing listens at port {port}")
            os.sched_yield()

    @contextmanager
    def captured(self, interface: str = "lo", end: str = "127.0.0.1") -> Iterator[None]:
        """Capture what is sent inside; the last packet is one to the address `end`."""
        command = ["tcpdump", "-i", interface, "-w", str(self.path), "-U", "--immediate-mode", "-Z", "root"]
        # In immediate mode each packet takes as much room as the longest may: the default is room for eight.
        command += ["-s", "70000", "-B", "65536"]
        with subprocess.Popen(self._inside(*command), stderr=subprocess.PIPE) as dump:
            assert dump.stderr is not None
            assert b"listening on" in dump.stderr.readline()
            try:
                yield
                self.run("bash", "-c", f"echo {_END.decode()} > /dev/udp/{end}/9")
                deadline = time.monotonic() + _PATIENCE
                while _END not in self.path.read_bytes() and time.monotonic() < deadline:
                    os.sched_yield()
            finally:
                dump.terminate()

    def rows(self, log: str) -> list[dict[str, Any]]:
        """The rows of a log that the capture comes to, each as a dict."""
        found = LogSet()
        found.read(updates([self.path]))
        return list(found.table(log).to_pylist()) if log in found.names else []

    def close(self) -> None:
        for running in self._running:
            running.kill()
            running.wait()

    def _inside(self, *command: str) -> list[str]:
        return ["ip", "netns", "exec", self.name, *command]

    def _sockets(self, protocol: str) -> list[str]:
        alive = [running.pid for running in self._running if running.poll() is None]
        lines: list[str] = []
        for pid in alive[-1:]:
            for kind in (protocol, f"{protocol}6"):
                # A program that could not start may have ended by now.
                with suppress(OSError):
                    lines += Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]
        return lines


@contextmanager
def loopback(path: Path) -> Iterator[Loopback]:
    """Such a namespace; the test is skipped where none can be made."""
    Loopback.need("ip", "tcpdump", "bash")
    inside = Loopback(path)
    if os.geteuid() != 0 or subprocess.run(["ip", "netns", "add", inside.name], check=False).returncode:
        pytest.skip("network namespaces cannot be made here")
    try:
        subprocess.run(["ip", "-n", inside.name, "link", "set", "lo", "up"], check=True)
        yield inside
    finally:
        inside.close()
        subprocess.run(["ip", "netns", "del", inside.name], check=False)
