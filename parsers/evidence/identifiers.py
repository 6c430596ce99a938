"""The columns by which rows of different logs belong together."""

from collections.abc import Collection, Iterable

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


def leading(names: Collection[str]) -> frozenset[str]:
    """Those of a log's columns that tell when its rows happened and which rows of other logs belong to them."""
    # Of which log they are, the columns do not say: an `id` is taken as a file's.
    keys = [name for some in key_columns(_FILE_ID_LOGS[0], names).values() for name in some]
    lookups = [name for mark, some in _OF_LOOKUPS.items() if mark in names for name in some]
    return frozenset([*(name for name in ("ts", *lookups) if name in names), *keys])
