"""files.log: what is told of each file. Source: Zeek, base/frameworks/files/main.zeek."""

from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "files",
    "One file that was carried by a connection.",
    "#f0a35e",
    (
        CONNECTION[0],
        Field("fuid", "string", "The file's identifier; the same in every log that the file appears in."),
        *ranked(CONNECTION[1:], {"id.resp_p": 9}),
        Field("source", "string", "The protocol that carried it.", 8, repeats=True),
        Field("depth", "count", "How deep it was nested: the place of a part in a mail with many parts."),
        Field("analyzers", "set[string]", "What looked into its bytes beside the search for its type."),
        Field("mime_type", "string", "Its type as its first bytes tell, whatever its name says.", 5, repeats=True),
        Field("filename", "string", "Its name, where the protocol gave one.", 6),
        Field("duration", "interval", "The time from its first byte to its last."),
        Field("local_orig", "bool", "T when the side that sent it has a local address."),
        Field("is_orig", "bool", "T when the side that opened the connection sent it."),
        Field("seen_bytes", "count", "The bytes of it that were looked at.", 7),
        Field("total_bytes", "count", "The bytes that it should have, where the protocol said."),
        Field("missing_bytes", "count", "The bytes of it that the capture does not hold."),
        Field("overflow_bytes", "count", "The bytes that came but could not be put in order."),
        Field("timedout", "bool", "T when the wait for its end was given up."),
        Field("parent_fuid", "string", "The file that it was taken out of."),
        Field("md5", "string", "MD5 of its bytes; unset when some are missing."),
        Field("sha1", "string", "SHA-1 of its bytes; unset when some are missing."),
        Field("sha256", "string", "SHA-256 of its bytes; unset when some are missing.", 10),
        Field("extracted", "string", "The name under which it was saved."),
        Field("extracted_cutoff", "bool", "T when only a part of it was saved."),
        Field("extracted_size", "count", "The bytes of it that were saved."),
    ),
)
