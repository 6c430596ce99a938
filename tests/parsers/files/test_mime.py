import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.files import mime
from parsers.files.magic import FACTS
from parsers.files.magic.fact import Magic


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param(b"MZ", "application/x-dosexec", id="two-letters-make-a-program"),
        pytest.param(b"MZ" + bytes(28) + b"PKLITE Copr.", "application/zip", id="a-stronger-fact-wins"),
        pytest.param(b"%PDF-1.7\n", "application/pdf", id="pdf"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "image/png", id="png"),
        pytest.param(b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00\x3e\x00", "application/x-sharedlib", id="elf-64"),
        pytest.param(b"\x7fELF\x01\x02\x01" + bytes(9) + b"\x00\x02\x00\x08", "application/x-executable", id="elf-big"),
        pytest.param(b"\x7fELF\x01\x02\x01" + bytes(9) + b"\x02\x00\x00\x08", None, id="elf-in-the-wrong-order"),
        pytest.param(b"hello worl", "text/plain", id="ten-letters"),
        pytest.param(b"hello wor", None, id="nine-letters"),
        pytest.param(b"\xff\xfe\x00\x00hello world", "text/plain", id="after-a-wide-mark"),
        pytest.param(b"\n\n  <!-- a\nb --><HTML lang=x>", "text/html", id="html-after-a-comment"),
        pytest.param(b'<?xml version="1.0"?><a>', "application/xml", id="xml"),
        pytest.param(b'<?xml version="1.0"?>\n<!DOCTYPE  html>', "text/html", id="xhtml"),
        pytest.param(b'{"a": 1}', "text/json", id="json-object"),
        pytest.param(b'["a", "b"]', "text/json", id="json-list"),
        pytest.param(b"{}          ", "text/plain", id="an-empty-object-is-text"),
        pytest.param(b"PK\x03\x04\x14\x00", "application/zip", id="zip"),
        pytest.param(
            b"PK\x03\x04" + bytes(22) + b"\x08\x00\x00\x00mimetypeapplication/vnd.oasis.opendocument.textPK",
            "application/vnd.oasis.opendocument.text",
            id="opendocument",
        ),
        pytest.param(b"#!/usr/bin/env python3\n", "text/x-python", id="shebang"),
        pytest.param(b"\xa7\x0d\r\n", "application/x-python-bytecode", id="bytecode"),
        pytest.param(bytes(11) + b"\x06\x05\x2b\x0e\x03\x02\x1a", "application/ocsp-request", id="ocsp-request"),
        pytest.param(b"\x00" * 20, None, id="zeros"),
        pytest.param(b"", None, id="nothing"),
        pytest.param(b" " * 4096 + b"<html>", "text/plain", id="only-the-first-bytes-count"),
    ],
)
def test_a_type_by_its_first_bytes(start: bytes, expected: str | None) -> None:
    assert mime.detect(start) == expected


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.type)
def test_every_pattern_compiles(fact: Magic) -> None:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    assert re2.compile(fact.pattern, options).pattern == fact.pattern


@settings(max_examples=50)
@given(st.binary(max_size=200))
def test_any_bytes_have_an_answer(start: bytes) -> None:
    found = mime.detect(start)
    assert found is None or found in {fact.type for fact in FACTS}
