"""SMB as Samba's server and client speak it: what the client did is what the logs tell."""

import hashlib
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.parsers.protocols.loopback import Loopback, loopback

_USER, _PASSWORD = "root", "secret"
_KINDS = ("client", "client ipc")
_CONTENT = b"".join(b"line %d of a file that travels to a share and back\n" % i for i in range(1_000))


@contextmanager
def _server(inside: Loopback, path: Path) -> Iterator[str]:
    """A server that has one share; the name of its configuration."""
    share, state = path / "share", path / "state"
    share.mkdir()
    state.mkdir(mode=0o755)
    folders = ("private dir", "state directory", "cache directory", "lock directory", "pid directory", "ncalrpc dir")
    settings = {
        "netbios name": "SAMBA",
        "workgroup": "LAB",
        "server role": "standalone server",
        "log file": f"{path}/log",
        "disable spoolss": "yes",
        "load printers": "no",
        "server min protocol": "NT1",
        **dict.fromkeys(folders, str(state)),
    }
    lines = ["[global]", *(f"{name} = {value}" for name, value in settings.items())]
    lines += ["[docs]", f"path = {share}", "read only = no"]
    config = path / "smb.conf"
    config.write_text("\n".join(lines) + "\n")
    password = f"{_PASSWORD}\n{_PASSWORD}\n".encode()
    subprocess.run(["smbpasswd", "-c", config, "-a", "-s", _USER], input=password, check=True, capture_output=True)
    inside.start("smbd", "--foreground", "--no-process-group", "-s", str(config))
    inside.wait_for(445)
    try:
        yield str(config)
    finally:
        # The server of calls is a process of its own, that outlives the one that has started it.
        for running in state.glob("samba-dcerpcd.pid"):
            os.kill(int(running.read_text()), signal.SIGTERM)


def test_samba(tmp_path: Path) -> None:
    sent, got = tmp_path / "sent.txt", tmp_path / "got.txt"
    sent.write_bytes(_CONTENT)
    with loopback(tmp_path) as inside:
        inside.need("smbd", "smbclient", "smbpasswd")
        with _server(inside, tmp_path) as config, inside.captured():
            for version in ("NT1", "SMB3_11"):
                ends = [f"--option={kind} {end} protocol={version}" for kind in _KINDS for end in ("min", "max")]
                client = ["smbclient", "-s", config, "-U", f"{_USER}%{_PASSWORD}", *ends]
                orders = f"put {sent} {version}; rename {version} near; get near {got}; del near"
                told = inside.run(*client, "//127.0.0.1/docs", "-c", orders)
                if told.returncode:
                    pytest.skip(f"smbclient: {told.stdout.decode()}")
                assert got.read_bytes() == _CONTENT
            listed = inside.run(*client, "-L", "127.0.0.1")
        assert b"docs" in listed.stdout

        shares = {row["path"].lower() for row in inside.rows("smb_mapping")}
        assert shares == {"\\\\127.0.0.1\\docs", "\\\\127.0.0.1\\ipc$"}
        logins = {(row["username"], row["server_nb_computer_name"], row["success"]) for row in inside.rows("ntlm")}
        assert logins == {(_USER, "SAMBA", True)}
        assert "NetrShareEnum" in {row["operation"] for row in inside.rows("dce_rpc")}
        done = {(row["action"].removeprefix("SMB::FILE_"), row["name"]) for row in inside.rows("smb_files")}
        assert done >= {("OPEN", "\\NT1"), ("OPEN", "SMB3_11"), ("RENAME", "near"), ("DELETE", "near")}
        carried = {(row["filename"], row["is_orig"]): row for row in inside.rows("files")}
        assert set(carried) == {("\\NT1", True), ("\\near", False), ("SMB3_11", True), ("near", False)}
        for row in carried.values():
            assert (row["mime_type"], row["missing_bytes"]) == ("text/plain", 0)
            assert row["sha256"] == hashlib.sha256(_CONTENT).hexdigest()
