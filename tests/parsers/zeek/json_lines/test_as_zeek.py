"""Logs in all of JSON's spellings are the logs that Zeek's other format holds, cell by cell, types and columns too."""

from pathlib import Path

import pytest

from parsers import limits
from parsers.zeek.reader import read
from tests.parsers.zeek.json_lines.lines import Spelling, read_log
from tests.parsers.zeek.logs import gathered

_SPELLINGS = {
    "epoch": Spelling(),
    "iso": Spelling("iso"),
    "nested": Spelling(separator="{"),
    "underscores": Spelling(separator="_"),
    "slashes and nulls": Spelling(separator="/", null=True),
    "texts": Spelling("iso", texts=True),
}
_TRACES = ("smb__smb2.pcap", "tls__tls1.2.pcap", "http__206_example_b.pcap", "krb__kinit.pcap", "dns-edns*", "ntp.pcap")


@pytest.mark.parametrize("spelling", _SPELLINGS.values(), ids=_SPELLINGS.keys())
def test_logs_of_zeek(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spelling: Spelling) -> None:
    # Most rows stand behind the first block, which is read in another way.
    monkeypatch.setattr(limits, "LOG_FIRST_BYTES", 500)
    monkeypatch.setattr(limits, "LOG_BLOCK_BYTES", 1000)
    logs = [log for trace in _TRACES for log in (shared / "conformance" / "zeek-logs").glob(f"{trace}/*.log")]
    assert len(logs) > 15
    for log in logs:
        (table,) = gathered(read(log))[0].values()
        again, troubles = read_log(tmp_path, spelling.written(table), log.name)
        assert troubles == []
        assert again.schema.equals(table.schema, check_metadata=True), log
        assert again.to_pylist() == table.to_pylist(), log
