"""conn.log's columns."""

from parsers.capture.origins import unknown
from parsers.protocols.conn import RECORD
from parsers.protocols.registry import RECORDS
from tests.parsers.capture.dialogue import P, opened, track

NAMES = (
    "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto service duration orig_bytes resp_bytes conn_state local_orig "
    "local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents ip_proto"
)
OURS = "community_id orig_l2_addr resp_l2_addr orig_vendor resp_vendor"


def test_columns_are_zeeks_and_then_ours() -> None:
    assert NAMES.split() + OURS.split() == RECORD.names
    assert [field.name for field in RECORD.fields if field.added] == OURS.split()
    assert RECORDS["conn"] is RECORD


def test_rows_fit_the_columns() -> None:
    made = track([*opened(), P(">", proto=1, ports=(8, 0)), P(">", proto=17, ports=(40000, 53))])
    table = RECORD.table([tracked.row("http,ssl") for tracked in made], unknown(len(made)))
    assert table.num_rows == 3
    assert table.column("service").to_pylist() == ["http,ssl"] * 3
    assert table.column("proto").to_pylist() == ["tcp", "icmp", "udp"]
