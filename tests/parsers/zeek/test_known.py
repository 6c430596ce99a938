"""What is known of Zeek's logs is what stands in their headers."""

from pathlib import Path

import pyarrow as pa
import pytest

from parsers.protocols.registry import RECORDS
from parsers.schema import arrow_field
from parsers.zeek import known
from parsers.zeek.reader import read
from tests.parsers.zeek.logs import gathered


def test_the_headers_of_zeek_are_known(shared: Path) -> None:
    for folder in ("zeek-logs", "zeek-logs-local"):
        # One log of each name: the headers are all the same.
        logs = {log.stem: log for log in (shared / "conformance" / folder).glob("*/*.log")}
        for name, log in logs.items():
            (table,) = gathered(read(log))[0].values()
            columns = known.columns(name)
            assert columns is not None
            assert columns.equals(table.schema, check_metadata=True)


def test_what_is_known_of_logs() -> None:
    assert known.columns("mine") is None
    notice = known.columns("notice")
    assert notice is not None
    assert notice.names[:6] == ["ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"]
    assert notice.field("remote_location.latitude") == arrow_field("remote_location.latitude", "double")
    assert known.optional("conn").field("vlan").type == pa.int64()
    assert "_write_ts" in known.optional("mine").names


@pytest.mark.parametrize(("log", "ours"), [("conn", "community_id"), ("conn", "orig_vendor"), ("ssl", "ja4")])
def test_columns_of_ours_are_only_there_where_they_occur(log: str, ours: str) -> None:
    columns = known.columns(log)
    assert columns is not None
    assert ours not in columns.names
    assert ours in known.optional(log).names
    assert ours in RECORDS[log].names
