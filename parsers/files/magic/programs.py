"""Programs, compiled or scripts."""

from parsers.files.magic.fact import Magic, fits, starts


def _elf() -> tuple[Magic, ...]:
    """ELF: the class, the byte order (1 little, 2 big), and at 16 the kind of file in that order."""
    kinds = ("application/x-object", "application/x-executable", "application/x-sharedlib", "application/x-coredump")
    return tuple(
        fits(kind, 50, rb"\x7fELF[\x01\x02](?:\x01.{10}\x%02x\x00|\x02.{10}\x00\x%02x)" % (number, number))
        for number, kind in enumerate(kinds, 1)
    )


def _python() -> Magic:
    """Bytecode: a version's number in two bytes, then CR LF (CPython, pycore_magic_number.h)."""
    versions = (
        rb"\xfc\xc4|\x99\x4e|\x87\xc6|[\x2a\x2d]\xed|\x03\xf3",
        rb"[\x3b\x45\x59\x63\x6d\x77\x81\x8b\x8c\x95\x9f\xa9\xb3\xc7\xd1\xdb\xe5\xef\xf9]\xf2",
        rb"[\xb8\xc2\xcc\xd6\xe0\xea\xf4\xf5\xff]\x0b",
        rb"[\x09\x13\x1d\x1f\x27\x3b\x45\x4f\x58\x62\x6c\x76\x80\x94\x9e\xb2\xc6\xcc\xd0\xda\xe4\xee\xf8]\x0c",
        rb"[\x02\x0c\x16\x17\x20\x21\x2a-\x2d\x2f-\x33\x3e-\x42\x48\x49\x52-\x55\x5c-\x61\x66-\x6f]\x0d",
        rb"[\x7a-\xa7\xac-\xcb\xde-\xf3]\x0d",
        rb"[\x10-\x19]\x0e",
    )
    return fits("application/x-python-bytecode", 80, b"(?:" + b"|".join(versions) + rb")\r\n")


_SHEBANG = rb"#![^\n]{1,15}bin/(?:env[[:space:]]+)?"
_BLANK = rb"[\r\n\t ]*"

FACTS = (
    starts("application/x-dosexec", 51, b"MZ"),
    starts("application/x-dosexec", 190, b"MICROSOFT PIFEX\x00", at=369),
    *_elf(),
    fits("application/x-mach-o-executable", 100, rb"[\xce\xcf]\xfa\xed\xfe", rb"\xca\xfe\xba\xbe..\x00[\x01-\x14]"),
    fits("application/x-java-applet", 71, rb"\xca\xfe\xba\xbe.{3}[\x2d-\x34]"),
    _python(),
    fits("application/x-elc", 10, rb";ELC[\x00-\x1f\x80-\xff]"),
    # Scripts by their first line
    fits("text/x-shellscript", 250, _SHEBANG + rb"(?:ba|tc|c|z|fa|ae|k)?sh"),
    fits("text/x-perl", 60, _SHEBANG + b"perl"),
    fits("text/x-ruby", 60, _SHEBANG + b"ruby"),
    fits("text/x-python", 60, _SHEBANG + b"python"),
    fits("text/x-awk", 60, _SHEBANG + b"[gn]?awk"),
    fits("text/x-tcl", 60, _SHEBANG + b"(?:wish|tcl)"),
    fits("text/x-lua", 49, _SHEBANG + b"lua"),
    fits("text/x-php", 60, _SHEBANG + b"php"),
    fits("text/x-php", 40, rb".*<\?php"),
    fits(
        "application/javascript",
        60,
        _SHEBANG + b"node",
        _BLANK + rb"""<(?i:script[\t ]+(?:type|language)=['"]?(?:text/)?javascript)""",
        _BLANK + rb"<script>" + _BLANK + rb"(?:var|function) ",
        _BLANK + rb"for \(;;\);",
        # One character of a class that was meant to be a blank may stand before the bracket.
        _BLANK + rb"document\.write(?:ln)?[:blank]?\(",
        rb"\(function\(\)[\t \n]*\{",
    ),
    fits("text/x-msdos-batch", 110, rb"@ *(?i:echo +off)"),
    fits("text/x-msdos-batch", 70, rb"@(?i:set) "),
    fits("text/x-msdos-batch", 60, rb"@(?i:rem)"),
    starts("text/x-m4", 40, b"dnl "),
)
