"""A capture read for somebody who watches: connections are told as early as they can be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from parsers.cache import ordering
from parsers.capture.captures import Captures, open_captures
from parsers.capture.conn_log import bare
from parsers.capture.decoding import decode
from parsers.capture.flows import Shard, group
from parsers.capture.formats.registry import index
from parsers.limits import FIRST_BYTES, FIRST_PACKETS
from parsers.protocols import conn
from parsers.updates import Batch, OpenError, Progress, Update


def updates(
    paths: Sequence[Path],
    password: bytes | None = None,
    names: Mapping[Path, str] | None = None,
    *,
    checksums: bool = False,
) -> Iterator[Update]:
    """What `pipeline.updates` tells; of a large capture first the rows of conn that its first packets make.

    They are replaced by those that all packets make before anything that connections carry is looked at, and these
    again and again until conn is complete. Rows keep their time and their uid.
    """
    captures = open_captures(paths, password, names)
    # What cannot be read at all is to be known before anything is told.
    first = list(_first_rows(captures, checksums=checksums))
    if first:
        yield Progress("packets", 0, len(captures.data))
        yield from first
    # Loaded late: what knows all protocols takes as long as the first rows.
    from parsers.capture import pipeline

    is_first = True
    for update in pipeline.analyse(captures, checksums=checksums, early=True):
        if is_first and isinstance(update, Batch) and update.log == conn.RECORD.name:
            is_first = False
            yield replace(update, replaces=True)
        else:
            yield update


def _first_rows(captures: Captures, *, checksums: bool) -> Iterator[Batch]:
    """The rows of conn as the first packets of a large capture leave them."""
    # Of several captures, the first packets in the order of time may lie anywhere.
    if len(captures.places) > 1 or len(captures.data) < 4 * FIRST_BYTES:
        return
    (_, place), *_ = captures.places
    try:
        found = index(captures.data[place][:FIRST_BYTES]).until(FIRST_PACKETS)
    except OpenError:
        # It is told when the whole cannot be read either.
        return
    packets = decode(replace(found, offset=found.offset + place.start), captures.data, checksums=checksums)
    if len(packets):
        flows = group(packets)
        rows = bare(packets, flows, Shard(0, len(flows.bounds) - 1, len(packets)))
        yield Batch(conn.RECORD.name, ordering.in_order(rows.unify_dictionaries()))
