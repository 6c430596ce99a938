"""Which of several captures a row comes from."""

from parsers.evidence.links import Tables, connection_rows, keys_of, places
from parsers.evidence.values import value_of


def captures_of(tables: Tables, log: str, row: int) -> list[str]:
    """The captures that the connections of a row begin in, as conn names them; none where only one was opened."""
    conn = tables.get("conn")
    if conn is None or not {"uid", "capture"} <= set(conn.column_names):
        return []
    uids = keys_of(log, tables[log], row).uids
    rows = (
        places(conn.column("uid"), uids).tolist()
        if uids
        else [place for name, place in connection_rows(tables, log, row) if name == "conn"]
    )
    return sorted({name for place in rows if (name := value_of(conn.column("capture"), place)) is not None})
