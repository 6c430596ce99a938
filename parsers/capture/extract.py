"""One file's bytes, taken out of a capture again.

As a program (`python -m parsers.capture.extract FUID HOST HOST`, a `Request` on its standard input) it writes a line of
JSON, {"holes": [[offset, length], …], "cut": …} or {"error": "…"}, and then the bytes.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from parsers.capture.analysis import analyse_shard
from parsers.capture.captures import open_captures
from parsers.capture.decoding import decode
from parsers.capture.flows import group
from parsers.capture.packets import Packets
from parsers.capture.timeline import timeline
from parsers.files.kept import Kept
from parsers.lean import go_without_pandas
from parsers.limits import SHARD_PACKETS
from parsers.request import Request
from parsers.updates import OpenError


def extract(
    paths: Sequence[Path],
    password: bytes | None,
    fuid: str,
    hosts: tuple[str, str],
    names: Mapping[Path, str] | None = None,
    *,
    checksums: bool = False,
) -> Kept:
    """The bytes of the file `fuid`, which travelled between two hosts; the capture is read anew.

    Raises OpenError when the capture cannot be read or holds no such file.
    """
    captures = open_captures(paths, password, names)
    line = timeline(captures)
    packets = between(decode(line.index, captures.data, checksums=checksums), hosts)
    flows = group(packets)
    for shard in flows.shards(SHARD_PACKETS):
        kept = analyse_shard(packets, flows, shard, keep=fuid).kept
        if kept is not None:
            return kept
    raise OpenError(f"{line.name}: the file {fuid} is not in it any more; has the capture changed?")


def between(packets: Packets, hosts: tuple[str, str]) -> Packets:
    """The packets between two hosts, in both directions; columns as before."""
    places = [place for place, address in enumerate(packets.addresses) if address in hosts]
    wanted = np.isin(packets.src, places) & np.isin(packets.dst, places)
    return packets.take(wanted)


def _serve(fuid: str, hosts: tuple[str, str]) -> None:
    asked = Request.read(sys.stdin.buffer.read())
    content = b""
    try:
        kept = extract(asked.paths, asked.password, fuid, hosts, asked.names, checksums=asked.checksums)
        head, content = {"holes": kept.holes, "cut": kept.is_cut}, kept.content
    except OpenError as error:
        head = {"error": str(error)}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + content)


if __name__ == "__main__":
    go_without_pandas()
    _serve(sys.argv[1], (sys.argv[2], sys.argv[3]))
