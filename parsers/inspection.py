"""From a file's id to what is inside it: its bytes taken out of the capture, then looked into, each in a process."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from parsers import errand, pipes
from parsers.cancelling import CalledOffError, Cancelled
from parsers.files.inspect import InspectError, inspect_in_worker
from parsers.files.pe_report import PEReport
from parsers.request import Request

if TYPE_CHECKING:
    import pyarrow as pa


class Inspection:
    """Looks into the files of captures; `files` gives the rows of files.log as they are now."""

    def __init__(
        self,
        captures: Sequence[Path],
        password: bytes | None,
        files: "Callable[[], pa.Table | None]",
        *,
        checksums: bool = False,
    ) -> None:
        self._captures = captures
        self._request = Request.of(captures, password, checksums=checksums)
        self._files = files

    def __call__(self, fuid: str, cancelled: Cancelled) -> PEReport:
        """What is inside the file. Raises InspectError when it cannot be had, or once `cancelled` says so."""
        head, _, content = self._extract(fuid, self._hosts(fuid), cancelled).partition(b"\n")
        told = json.loads(head)
        if "error" in told:
            raise InspectError(told["error"])
        report = inspect_in_worker(content, cancelled)
        missing = sum(length for _, length in told["holes"])
        if missing:
            report.warnings.insert(0, f"the capture lacks {missing:,} bytes of this file: zeros stand in their place")
        if told["cut"]:
            report.warnings.insert(0, f"the file is larger: only its first {len(content):,} bytes were looked into")
        return report

    def _hosts(self, fuid: str) -> tuple[str, str]:
        table = self._files()
        place = -1 if table is None else pc.index(table["fuid"], fuid).as_py()
        if table is None or place < 0:
            raise InspectError(f"files.log has no row for {fuid} yet; wait until the capture is read")
        return table["id.orig_h"][place].as_py(), table["id.resp_h"][place].as_py()

    def _extract(self, fuid: str, hosts: tuple[str, str], cancelled: Cancelled) -> bytes:
        try:
            answer, status = errand.run(
                "parsers.capture.extract",
                *(fuid, *hosts),
                question=self._request.written(),
                cancelled=cancelled,
                descriptors=pipes.descriptors(self._captures),
            )
        except CalledOffError:
            raise InspectError("the look inside was called off") from None
        if status:
            raise InspectError("the file could not be taken out of the capture again; is memory short?")
        return answer
