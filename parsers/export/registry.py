"""The formats that logs are written in, one line each."""

from parsers.export.format import Format

FORMATS: dict[str, Format] = {
    form.name: form
    for form in (
        Format("zeek", ".log", "parsers.export.zeek"),
        # Zeek calls its logs so whatever stands in them.
        Format("json", ".log", "parsers.export.json", piecewise=True),
        Format("csv", ".csv", "parsers.export.csv"),
        Format("parquet", ".parquet", "parsers.export.parquet"),
    )
}

# Cells alone, as zeek-cut prints them: for pipes, where nobody wants a header.
CUT = Format("cut", ".txt", "parsers.export.cut", piecewise=True)
