"""Pictures and what is drawn."""

from parsers.files.magic.fact import fits, starts

_JPEG_2000 = rb"\x00\x00\x00\x0cjP  \r\n\x87\n.{8}"

FACTS = (
    starts("image/png", 110, b"\x89PNG"),
    starts("image/gif", 70, b"GIF8"),
    starts("image/jpeg", 52, b"\xff\xd8"),
    fits("image/webp", 70, rb"RIFF.{4}WEBP"),
    starts("image/x-icon", 70, b"\x00\x00\x01\x00"),
    starts("image/x-cursor", 70, b"\x00\x00\x02\x00"),
    fits("image/x-ms-bmp", 50, rb"BM.{12}[\x0c\x28\x40\x6c\x7c\x80]\x00"),
    fits("image/tiff", 70, rb"MM\x00[*+]|II[*+]\x00"),
    starts("image/vnd.adobe.photoshop", 70, b"8BPS"),
    starts("application/x-ms-dds", 100, b"DDS"),
    fits("image/jp2", 70, _JPEG_2000 + b"jp2 "),
    starts("image/jp2", 60, b"ftypjp2", at=4),
    starts("image/jp2", 50, b"jP", at=4),
    fits("image/jpx", 70, _JPEG_2000 + b"jpx "),
    fits("image/jpm", 70, _JPEG_2000 + b"jpm "),
    starts("image/x-quicktime", 70, b"idsc", at=4),
    # Netpbm: P, the kind, two numbers
    fits("image/x-portable-bitmap", 42, rb"P4.[0-9]{1,50}  [0-9]", rb".*P1[0-9]{1,50}  [0-9]"),
    fits("image/x-portable-greymap", 42, rb"P5.[0-9]{1,50}  [0-9]", rb".*P2[0-9]{1,50}  [0-9]"),
    fits("image/x-portable-pixmap", 42, rb"P6.[0-9]{1,50}  [0-9]", rb".*P3[0-9]{1,50}  [0-9]"),
    starts("image/x-portable-pixmap", 50, b"P7"),
    # Cameras
    starts("image/x-canon-cr2", 130, b"II*\x00\x10\x00\x00\x00CR"),
    starts("image/x-canon-crw", 170, b"II\x1a\x00\x00\x00HEAPCCDR"),
    starts("image/x-olympus-orf", 70, b"IIRO", b"IIRS", b"MMOR"),
    starts("image/x-x3f", 70, b"FOVb"),
    # Programs that draw
    starts("image/x-xcf", 110, b"gimp xcf"),
    starts("image/x-paintnet", 70, b"PDN3"),
    fits("image/x-coreldraw", 70, rb"RIFF.{4}CDR[A6]"),
    fits("image/vnd.djvu", 70, rb"AT&TFORM.{4}(?:DJV[MUI]|THUM)"),
    starts("image/vnd.dwg", 90, b"AC1.", b"AC2.", b"AC10"),
    starts("image/x-exr", 70, b"\x76\x2f\x31\x01"),
    starts("image/x-dpx", 70, b"SDPX"),
    starts("image/x-niff", 70, b"IIN1"),
    starts("image/x-cpi", 70, b"CPC\xb2"),
    starts("image/x-lss16", 70, b"\x3d\xf3\x13\x14"),
    starts("image/x-xcursor", 70, b"Xcur"),
    starts("image/x-polar-monitor-bitmap", 160, b"[BitmapInfo2]"),
    starts("image/x-award-bmp", 20, b"AWBM"),
    starts("image/x-award-bioslogo", 50, b"\x11\x06", b"\x11\x09"),
    # Printing
    starts("application/vnd.cups-raster", 40, b"3SaR", b"RaS3"),
)
