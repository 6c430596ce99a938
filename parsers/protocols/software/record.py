"""software.log's fields, and those of what its rows are made of.

Source: Zeek, scripts/base/frameworks/software/main.zeek.
"""

from parsers.schema import Field, Record

RECORD = Record(
    "software",
    "A program that a host of the local network was seen to run, and its version.",
    "#a8c686",
    (
        Field("ts", "time", "When the program was seen, UTC.", 1),
        Field("host", "addr", "The address of the host that runs it.", 2),
        Field("host_p", "port", "The port that it serves at; unset for clients."),
        Field("software_type", "enum", "What it is used for: web browser, web server, mail client, …", 3),
        Field("name", "string", "Its name.", 4, repeats=True),
        Field("version.major", "count", "The first number of its version: 3 of 3.1.4.1-beta.", 5),
        Field("version.minor", "count", "The second number of its version: 1 of 3.1.4.1-beta.", 6),
        Field("version.minor2", "count", "The third number of its version: 4 of 3.1.4.1-beta."),
        Field("version.minor3", "count", "The fourth number of its version: the last 1 of 3.1.4.1-beta."),
        Field("version.addl", "string", "What else its version says: beta of 3.1.4.1-beta.", repeats=True),
        Field("unparsed_version", "string", "Name and version as the program said them.", 7, repeats=True),
    ),
)

SIGHTINGS = Record(
    RECORD.name,
    "What a program says of itself, with the times at which it did.",
    RECORD.colour,
    (
        Field("times", "vector[int]", "When it was seen, nanoseconds UTC."),
        *(RECORD.by_name[name] for name in ("host", "host_p", "software_type", "unparsed_version")),
    ),
)
