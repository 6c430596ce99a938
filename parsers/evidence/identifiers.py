"""The columns by which rows of different logs belong together."""

from collections.abc import Iterable, Mapping

from parsers.query.need import Need

# Logs whose `id` is the file's identifier.
_FILE_ID_LOGS = ("pe", "x509", "ocsp")
# What a look-up is found by that gave a connection its address: in dns, which has answers, and in conn.
_OF_LOOKUPS = {"answers": ("id.orig_h", "answers"), "conn_state": ("id.orig_h", "id.resp_h")}


def key_columns(log: str, names: Iterable[str]) -> dict[str, list[str]]:
    """Which columns of a log hold identifiers, by the kind that they hold (the names of the fields of `Keys`)."""
    found: dict[str, list[str]] = {"uids": [], "fuids": [], "fingerprints": []}
    for name in names:
        if name in ("uid", "uids", "conn_uids"):
            found["uids"].append(name)
        elif name in ("fuid", "fuids") or name.endswith(("_fuid", "_fuids")) or (name == "id" and log in _FILE_ID_LOGS):
            found["fuids"].append(name)
        elif name == "fingerprint" or name.endswith("_fps"):
            found["fingerprints"].append(name)
    return found


def leading(types: Mapping[str, str]) -> Need:
    """What is needed of a log that has these columns, name to Zeek type, to know which of its rows belong to others."""
    # Of which log they are, the columns do not say: an `id` is taken as a file's.
    keys = [name for names in key_columns(_FILE_ID_LOGS[0], types).values() for name in names]
    lookups = [name for mark, names in _OF_LOOKUPS.items() if mark in types for name in names]
    return Need(frozenset([*(name for name in ("ts", *lookups) if name in types), *keys]))
