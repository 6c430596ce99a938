"""Sound and film."""

from parsers.files.magic.fact import fits, starts

FACTS = (
    # ISO media: the length of the first box, its name, the brand
    starts("audio/m4a", 70, b"ftypm4a", at=4),
    starts("audio/mp4", 60, b"ftypM4A", at=4),
    starts("video/mp4", 60, b"ftypM4V", at=4),
    starts("video/mp4", 70, b"ftypisom", b"ftypmp41", b"ftypmp42", at=4),
    fits("video/3gpp", 60, rb".{4}ftyp(?:3g[egps2]|avc1|mmp4)"),
    starts("video/quicktime", 50, b"ftypqt", at=4),
    starts("video/quicktime", 70, b"mdat", b"moov", at=4),
    fits("video/mj2", 70, rb"\x00\x00\x00\x0cjP  \r\n\x87\n.{8}mjp2"),
    # RIFF and its like
    fits("audio/x-wav", 70, rb"RIFF.{4}WAVE"),
    fits("video/x-msvideo", 70, rb"RIFF.{4}AVI "),
    starts("audio/x-wav", 190, b"RF64\xff\xff\xff\xffWAVEds64"),
    fits(
        "audio/x-w64",
        190,
        rb"riff\.\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00.{8}wave\xf3\xac\xd3\x11\x8c\xd1\x00\xc0O\x8e\xdb\x8a",
    ),
    fits("audio/x-aiff", 70, rb"FORM.{4}(?:AIFF|AIFC|8SVX)"),
    # MPEG
    fits("audio/mpeg", 20, rb"ID3|\xff[\xe2\xe3\xf2\xf3\xf6\xf7\xfa-\xfd]"),
    fits("audio/x-hx-aac-adts", 50, rb"\xff[\xf0\xf1\xf8\xf9]"),
    starts("audio/x-hx-aac-adif", 70, b"ADIF"),
    fits("audio/x-mp4a-latm", 50, rb"V[\xe0-\xff]"),
    fits("video/mpeg", 50, rb"\x00\x00\x01[\xb0-\xbb]"),
    starts("video/mpv", 71, b"\x00\x00\x01\xb3"),
    fits("video/mp2p", 21, rb"\x00\x00\x01\xba[\x40-\x7f\xc0-\xff]"),
    # A packet of 188 bytes begins with 47.
    fits("video/mp2t", 40, rb"(?:\x47.{187}){4}"),
    fits("video/h264", 41, rb"\x00\x00\x00\x01[\x07\x27\x47\x67\x87\xa7\xc7\xe7]"),
    # Matroska: the document's type comes somewhere in the header
    fits("video/webm", 70, rb"\x1a\x45\xdf\xa3.*B\x82.webm"),
    fits("video/x-matroska", 110, rb"\x1a\x45\xdf\xa3.*B\x82.matroska"),
    starts("video/x-flv", 60, b"FLV"),
    starts("application/x-shockwave-flash", 60, b"FWS", b"CWS", b"ZWS"),
    starts("video/x-ms-asf", 70, b"\x30\x26\xb2\x75"),
    starts("video/x-fli", 50, b"\x11\xaf", at=4),
    starts("video/x-flc", 50, b"\x12\xaf", at=4),
    starts("video/x-mng", 70, b"\x8aMNG"),
    starts("video/x-jng", 70, b"\x8bJNG"),
    starts("video/x-sgi-movie", 70, b"MOVI"),
    starts("application/vnd.rn-realmedia", 100, b".RMF\x00\x00\x00"),
    starts("audio/x-pn-realaudio", 70, b".ra\xfd"),
    starts("application/ogg", 70, b"OggS"),
    starts("audio/x-flac", 70, b"fLaC"),
    starts("audio/x-ape", 70, b"MAC "),
    starts("audio/x-musepack", 60, b"MP+"),
    starts("audio/vnd.dolby.dd-raw", 50, b"\x0b\x77"),
    starts("audio/midi", 70, b"MThd"),
    # Sun and DEC: the encoding is a number at 12, in the byte order of the machine
    fits("audio/basic", 70, rb"\.snd.{8}\x00\x00\x00[\x01-\x07]"),
    fits("audio/x-adpcm", 70, rb"\.snd.{8}\x00\x00\x00\x17"),
    fits("audio/x-dec-basic", 70, rb"\.sd\x00.{8}[\x01-\x07\x17]\x00\x00\x00"),
    # Modules
    starts("audio/x-mod", 190, b"Extended Module:"),
    starts("audio/x-mod", 110, b"!SCREAM!", b"BMOD2STM", at=21),
    starts("audio/x-mod", 70, b"IMPM"),
    starts("audio/x-mod", 20, b"MAS_UTrack_V00/0"),
)
