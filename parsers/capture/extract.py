"""One file's bytes, taken out of a capture again."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from parsers.capture.flows import group
from parsers.capture.packets import Packets, decode
from parsers.capture.pcap import index
from parsers.capture.pipeline import analyse_shard
from parsers.capture.spool import open_capture
from parsers.files.kept import Kept
from parsers.limits import SHARD_PACKETS
from parsers.updates import OpenError


def extract(path: Path, password: bytes | None, fuid: str, hosts: tuple[str, str]) -> Kept:
    """The bytes of the file `fuid`, which travelled between two hosts; the capture is read anew.

    Raises OpenError when the capture cannot be read or holds no such file.
    """
    with open_capture(path, password) as capture:
        packets = between(decode(index(capture.data), capture.data), hosts)
        flows = group(packets)
        for shard in flows.shards(SHARD_PACKETS):
            kept = analyse_shard(packets, flows, shard, keep=fuid).kept
            if kept is not None:
                return kept
    raise OpenError(f"{path}: the file {fuid} is not in it any more; has the capture changed?")


def between(packets: Packets, hosts: tuple[str, str]) -> Packets:
    """The packets between two hosts, in both directions; columns as before."""
    places = [place for place, address in enumerate(packets.addresses) if address in hosts]
    wanted = np.isin(packets.src, places) & np.isin(packets.dst, places)
    columns = {f.name: getattr(packets, f.name) for f in fields(packets)}
    return replace(packets, **{n: c[wanted] for n, c in columns.items() if isinstance(c, np.ndarray)})
