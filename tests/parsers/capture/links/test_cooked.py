import shutil
import socket
import subprocess
from collections.abc import Callable

import pytest

from parsers.capture.decoding import decode
from parsers.capture.formats.registry import index
from tests.parsers.capture.build import packets, payloads
from tests.parsers.capture.links.frames import ARP, INNER, SAID, cooked, cooked_2


@pytest.mark.parametrize("header", [cooked, cooked_2])
@pytest.mark.parametrize(("kind", "hardware"), [(ARP, 1), (0x0C, 280), (1, 1), (4, 824), (0x6558, 1), (0x19, 803)])
def test_frames_of_something_else_are_left_out(
    header: Callable[[bytes, int, int], bytes], kind: int, hardware: int
) -> None:
    assert len(packets([header(INNER, kind, hardware)], link=113 if header is cooked else 276)) == 0


@pytest.mark.parametrize(("name", "link"), [("LINUX_SLL", 113), ("LINUX_SLL2", 276)])
def test_what_tcpdump_captures_on_any_interface(name: str, link: int) -> None:
    if shutil.which("tcpdump") is None:
        pytest.skip("no tcpdump on this machine")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        command = [
            "tcpdump",
            "-i",
            "any",
            "-y",
            name,
            "-c",
            "2",
            "--immediate-mode",
            "-w",
            "-",
            "udp",
            "port",
            str(port),
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as tcpdump:
            assert tcpdump.stderr is not None
            said = b""
            while b"listening" not in said and (line := tcpdump.stderr.readline()):
                said = line
            if b"listening" not in said:
                pytest.skip(f"tcpdump: {said.decode()}")
            for _ in range(2):
                server.sendto(SAID, ("127.0.0.1", port))
            data = memoryview(tcpdump.communicate(timeout=20)[0])
    found = decode(index(data), data)
    assert index(data).links == {link}
    assert payloads(found) == [SAID] * 2
    assert (found.sport == port).all()
