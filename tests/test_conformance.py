"""The rows that Zeek wrote for a sample of its own test captures."""

import json
import subprocess
import sys
from pathlib import Path

from tests.processes import PROGRAM

LOGS = "conn,dns,http,files,pe,ssl,x509"
EVERY = 12


def test_rows_and_file_ids_are_those_of_zeek(shared: Path, tmp_path: Path) -> None:
    conformance = shared / "conformance"
    traces = (conformance / "first.txt").read_text().split()
    sample, figures = tmp_path / "sample.txt", tmp_path / "figures.json"
    sample.write_text("\n".join([*traces[::EVERY], *(name for name in traces if name.startswith("pe__"))]))
    command: list[str | Path] = [sys.executable, conformance / "conform", "--list", sample, "--logs", LOGS]
    command += ["--json", figures, "--cmd", f"{PROGRAM} {{trace}} --write {{out}}"]
    subprocess.run(command, check=True, capture_output=True)
    found = json.loads(figures.read_text())
    assert found["failed"] == []
    assert found["fuids"]["same"] == found["fuids"]["of"] > 0
    assert set(found["logs"]) == set(LOGS.split(","))
    for log, count in found["logs"].items():
        assert count["capped_exact"] >= 0.9 * count["capped_of"], log
