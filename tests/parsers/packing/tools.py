"""The packers' own programs."""

import shutil
import subprocess

import pytest

PACK = {
    "gzip": ("gzip", "-c"),
    "bzip2": ("bzip2", "-c", "-1"),
    "xz": ("xz", "-c"),
    "zstd": ("zstd", "-q", "-c"),
    "lz4": ("lz4", "-q", "-c"),
}


def packed(name: str, data: bytes, *options: str) -> bytes:
    """The data as the packer's program packs it; the test is skipped where there is no such program."""
    if shutil.which(name) is None:
        pytest.skip(f"no {name} on this machine")
    return subprocess.run([*PACK[name], *options], input=data, stdout=subprocess.PIPE, check=True).stdout
