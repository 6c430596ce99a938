"""Zeek lists a certificate once a day in each of its roles; the rest of its sightings are dropped.

Source: Zeek, scripts/base/files/x509/main.zeek (known_log_certs).
"""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import pyarrow as pa

from parsers.schema import Row

_DAY: Final = 86_400 * 1_000_000_000
# When the certificate was seen, its fingerprint, whether it was the host's own, whether the client sent it.
_Sighting: TypeAlias = tuple[int, str, bool, bool]


def first_rows(rows: Sequence[Row]) -> list[Row]:
    """Of rows of x509.log, those that Zeek writes, in the order of their times."""
    sightings = [(row[0], row[1], row[-2], row[-1]) for row in rows]
    return [rows[place] for place in _first(sightings)]


def first_of(tables: Sequence[pa.Table]) -> pa.Table:
    """The same of tables whose rows were found apart from each other."""
    table = pa.concat_tables(tables).unify_dictionaries()
    names = ("fingerprint", "host_cert", "client_cert")
    columns = [table["ts"].cast(pa.int64()), *(table[name] for name in names)]
    sightings = zip(*(column.to_pylist() for column in columns), strict=True)
    return table.take(pa.array(_first(sightings), pa.int64()))


def _first(sightings: Iterable[_Sighting]) -> list[int]:
    """The places of the sightings that count."""
    in_time = sorted(enumerate(sightings), key=lambda sighting: sighting[1][0])
    listed: dict[tuple[str, bool, bool], int] = {}
    places = []
    for place, sighting in in_time:
        ts, key = sighting[0], sighting[1:]
        last = listed.get(key)
        if last is None or ts - last >= _DAY:
            listed[key] = ts
            places.append(place)
    return places
