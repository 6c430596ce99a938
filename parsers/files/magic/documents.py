"""Documents, databases, mail, certificates and the data of applications."""

from parsers.files.magic.fact import Magic, fits, starts


def _opendocument() -> tuple[Magic, ...]:
    """Zips whose first file is called mimetype and holds the type; a variant's name follows a hyphen."""
    zipped = rb"PK\x03\x04.{22}\x08\x00\x00\x00mimetypeapplication/vnd\.oasis\.opendocument\."
    family = "application/vnd.oasis.opendocument."
    facts = [
        fits(family + "text-web", 70, zipped + b"text-web"),
        fits(family + "text-master", 100, zipped + b"text-master"),
        fits(family + "database", 110, zipped + b"database"),
    ]
    for kind in ("text", "graphics", "presentation", "spreadsheet", "chart", "formula", "image"):
        facts.append(fits(family + kind, 110, zipped + kind.encode() + b"[^-]"))
        facts.append(fits(f"{family}{kind}-template", 120, zipped + kind.encode() + b"-template"))
    return tuple(facts)


def _office_xml() -> tuple[Magic, ...]:
    """Zips that begin with the list of contents, the relations or the document's own folder, which comes later."""
    family = "application/vnd.openxmlformats-officedocument"
    folders = (
        (".wordprocessingml.document", b"word"),
        (".spreadsheetml.sheet", b"xl"),
        (".presentationml.presentation", b"ppt"),
    )
    entry = rb"PK\x03\x04.{26}"
    named = tuple(
        fits(family + kind, 80, entry + rb"(?:\[Content_Types\]\.xml|_rels/\.rels|%b/).*" % name + entry + name + b"/")
        for kind, name in folders
    )
    return (starts(family, 50, b"PK\x03\x04\x14\x00\x06\x00"), *named)


def _epoc() -> tuple[Magic, ...]:
    """Psion Series 5: three identifiers of four bytes, the first two of the kind of file, the third of its program."""
    database, document = b"\x50\x00\x00\x10\x6d\x00\x00\x10", b"\x37\x00\x00\x10\x6d\x00\x00\x10"
    kinds = (
        ("application/x-epoc-agenda", database + b"\x84\x00\x00\x10"),
        ("application/x-epoc-data", database + b"\x86\x00\x00\x10"),
        ("application/x-epoc-jotter", database + b"\xea\x0c\x00\x10"),
        ("image/x-epoc-sketch", document + b"\x7d\x00\x00\x10"),
        ("application/x-epoc-word", document + b"\x7f\x00\x00\x10"),
        ("application/x-epoc-opl", document + b"\x85\x00\x00\x10"),
        ("application/x-epoc-sheet", document + b"\x88\x00\x00\x10"),
        ("image/x-epoc-mbm", b"\x37\x00\x00\x10\x42\x00\x00\x10"),
        ("application/x-epoc-opo", b"\x37\x00\x00\x10\x73\x00\x00\x10"),
        ("application/x-epoc-app", b"\x37\x00\x00\x10\x74\x00\x00\x10"),
    )
    return tuple(starts(kind, 70, identifiers) for kind, identifiers in kinds)


FACTS = (
    starts("application/pdf", 80, b"%PDF-"),
    starts("application/vnd.fdf", 80, b"%FDF-"),
    starts("application/postscript", 60, b"\x04%!"),
    starts("application/postscript", 50, b"%!"),
    starts("application/x-dvi", 50, b"\xf7\x02"),
    starts("text/rtf", 80, rb"{\rtf"),
    # Microsoft
    starts("application/msword", 50, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    *_office_xml(),
    starts("application/x-msaccess", 180, b"Standard Jet DB\x00", b"Standard ACE DB\x00", at=4),
    fits("application/x-ms-reader", 1, rb"ITOLITLS.{4}"),
    fits("application/vnd.ms-outlook", 49, rb"!BDN.{6}[\x0e\x0f\x15\x17][\x00-\x02]"),
    starts("application/vnd.ms-tnef", 100, b"\x78\x9f\x3e\x22"),
    starts("application/mshelp", 100, b"ITSF"),
    starts("application/msqm", 100, b"MSQM"),
    starts("application/x-windows-minidump", 50, b"MDMP"),
    starts(
        "application/x-ms-shortcut",
        49,
        b"\x4c\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46",
    ),
    starts("application/vnd.ms-pol", 49, b"PReg"),
    starts(
        "application/vnd.ms-reg",
        49,
        b"REGEDIT4",
        # The two zeros of 5.00 are the bytes 00 30: the last of them is cut in two.
        b"\xff\xfe" + "Windows Registry Editor Version 5.0".encode("utf-16-le") + b"0",
    ),
    starts("application/vnd.ms-regf", 49, b"regf"),
    # Other offices
    *_opendocument(),
    fits("application/epub+zip", 110, rb"PK\x03\x04.{22}\x08\x00\x00\x00mimetypeapplication/epub\+zip"),
    fits("application/vnd.google-earth.kmz", 100, rb"PK\x03\x04\x14.{25}doc\.kml"),
    starts("application/vnd.lotus-wordpro", 120, b"WordPro\r\xfb"),
    starts("application/vnd.lotus-wordpro", 110, b"WordPro\x00"),
    fits("application/x-ichitaro4", 40, rb"DOC.{40}\x14"),
    fits("application/x-ichitaro5", 40, rb"DOC.{40}\x15"),
    fits("application/x-ichitaro6", 40, rb"DOC.{40}\x16"),
    starts("application/x-quark-xpress-3", 90, b"MMXPR3", at=2),
    starts("application/x-gnumeric", 160, b"<gmr:Workbook", at=39),
    starts("application/x-sc", 140, b"Spreadsheet", at=38),
    *_epoc(),
    # Databases and scientific data
    starts("application/x-dbm", 70, b"\x61\x15\x06\x00", b"\x00\x06\x15\x61"),
    starts("application/x-gdbm", 70, b"GDBM", b"\xce\x9a\x57\x13", b"\x13\x57\x9a\xce"),
    fits("application/x-tokyocabinet-hash", 40, rb"ToKyO CaBiNeT\n.{18}\x00"),
    fits("application/x-tokyocabinet-btree", 40, rb"ToKyO CaBiNeT\n.{18}\x01"),
    fits("application/x-tokyocabinet-fixed", 40, rb"ToKyO CaBiNeT\n.{18}\x02"),
    fits("application/x-tokyocabinet-table", 40, rb"ToKyO CaBiNeT\n.{18}\x03"),
    starts("application/x-hdf", 110, b"\x89HDF\r\n\x1a\n"),
    starts("application/x-hdf", 70, b"\x0e\x03\x13\x01"),
    starts("application/dicom", 70, b"DICM", at=128),
    fits("application/vnd.fdo.journal", 80, rb"LPKSHHRH.{8}[\x00-\x03].{7}[^\x00]{48}"),
    fits("application/marc", 50, rb"[0-9]{5}[acdn]w"),
    starts("application/bplist", 100, b"bplist"),
    starts("application/vnd.tcpdump.pcap", 70, b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1"),
    fits("application/vnd.tcpdump.pcap", 100, rb"\n\r\r\n.{4}(?:\x1a\x2b\x3c\x4d|\x4d\x3c\x2b\x1a)"),
    starts("application/x-bittorrent", 140, b"d8:announce"),
    starts("application/map-tile", 100, b"VMP4"),
    starts("application/vnd.apple-afpinfo", 0, b"AFP"),
    starts("application/x-vim-tmp", 100, b"b0VIM"),
    # Solids
    starts("application/sla", 10, b"solid "),
    starts(
        "application/skp",
        100,
        b"\xff\xfe\xff\x0eS\x00k\x00e\x00t\x00c\x00h\x00U\x00p\x00 \x00M\x00o\x00d\x00e\x00l\x00",
    ),
    fits("model/vrml", 190, rb"#VRML ?V1\.0 ?ascii"),
    fits("model/vrml", 180, rb"#VRML ?V2\.0 ?utf8"),
    # Certificates, keys, signatures. OCSP: the identifier of SHA-1, or of a basic response, a few bytes in.
    fits("application/ocsp-request", 71, rb".{11,19}\x06\x05\x2b\x0e\x03\x02\x1a"),
    fits("application/ocsp-response", 71, rb".{11,19}\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01"),
    starts("application/x-pem", 0, b"-----BEGIN CERTIFICATE-----"),
    fits("application/pkcs7-signature", 100, rb'MIME-Version:.*protocol="application/pkcs7-signature"'),
    starts("application/pgp-keys", 330, b"---BEGIN PGP PUBLIC KEY BLOCK-", at=2),
    starts("application/pgp-signature", 280, b"-----BEGIN PGP SIGNATURE-"),
    starts("application/pgp", 260, b"-----BEGIN PGP MESSAGE-"),
    starts("application/x-pgp-keyring", 50, b"\x99\x00", b"\x95\x01", b"\x95\x00"),
    starts("application/x-gnupg-keyring", 50, b"\x99\x01"),
    starts("text/PGP", 50, b"\xa6\x00", b"\x85\x02"),
    starts("application/x-java-keystore", 70, b"\xfe\xed\xfe\xed"),
    starts("application/x-java-jce-keystore", 70, b"\xce\xce\xce\xce"),
    # Fonts
    starts("application/font-woff", 70, b"wOFF"),
    starts("application/font-woff2", 70, b"wOF2"),
    starts("application/x-font-ttf", 80, b"\x00\x01\x00\x00\x00"),
    starts("application/vnd.ms-opentype", 70, b"OTTO"),
    starts("application/vnd.ms-fontobject", 50, b"LP", at=34),
    fits(
        "application/x-font-sfn",
        70,
        rb"(?:\x04\x00\x00\x00|\x00\x00\x00\x04).{100}(?:\x04\x00\x00\x00|\x00\x00\x00\x04)",
    ),
    starts("application/vnd.font-fontforge-sfd", 160, b"SplineFontDB:"),
    # FrameMaker
    starts("application/x-mif", 190, b"<MakerScreenFont"),
    starts("application/x-mif", 130, b"<MakerFile"),
    starts("application/x-mif", 120, b"<BookFile"),
    starts("application/x-mif", 110, b"<MIFFile"),
    starts("application/x-mif", 90, b"<Maker"),
    starts("application/x-mif", 70, b"<MML"),
)
