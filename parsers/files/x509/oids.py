"""Object identifiers and what OpenSSL calls them; keys are the identifiers' DER contents.

Source: the objects that `openssl list -objects` prints (OpenSSL 3.0), as far as certificates use them.
"""

from itertools import pairwise
from typing import Final

from parsers.files.x509.der import DerError
from parsers.pieces import holds


def encode(dotted_text: str) -> bytes:
    """`1.2.840.10045` as DER contents."""
    first, second, *rest = (int(arc) for arc in dotted_text.split("."))
    out = bytearray()
    for arc in (first * 40 + second, *rest):
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(arc & 0x7F | 0x80)
        out += bytes(reversed(septets))
    return bytes(out)


def checked(contents: bytes) -> bytes:
    """The contents of an OBJECT IDENTIFIER; empty, unfinished and padded ones are refused."""
    if not contents or contents[-1] & 0x80 or contents[0] == 0x80:
        raise DerError
    if holds(contents, b"\x80"):
        for before, octet in pairwise(contents):
            if octet == 0x80 and not before & 0x80:
                raise DerError
    return contents


def dotted(contents: bytes) -> str:
    """DER contents as `1.2.840.10045`."""
    arcs: list[int] = []
    arc = 0
    for octet in contents:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (first, arcs[0] - first * 40, *arcs[1:]))


def _numbered(root: str, names: str) -> dict[bytes, str]:
    """`7:L 8:ST` under a root."""
    pairs = (entry.split(":", 1) for entry in names.split())
    return {encode(f"{root}.{number}"): name for number, name in pairs}


# What a name in a certificate is made of, by its short name.
ATTRIBUTES: Final = {
    **_numbered(
        "2.5.4",
        "3:CN 4:SN 5:serialNumber 6:C 7:L 8:ST 9:street 10:O 11:OU 12:title 13:description 14:searchGuide "
        "15:businessCategory 16:postalAddress 17:postalCode 18:postOfficeBox 19:physicalDeliveryOfficeName "
        "20:telephoneNumber 21:telexNumber 22:teletexTerminalIdentifier 23:facsimileTelephoneNumber 24:x121Address "
        "25:internationaliSDNNumber 26:registeredAddress 27:destinationIndicator 28:preferredDeliveryMethod "
        "29:presentationAddress 30:supportedApplicationContext 31:member 32:owner 33:roleOccupant 34:seeAlso "
        "35:userPassword 36:userCertificate 37:cACertificate 38:authorityRevocationList "
        "39:certificateRevocationList 40:crossCertificatePair 41:name 42:GN 43:initials 44:generationQualifier "
        "45:x500UniqueIdentifier 46:dnQualifier 47:enhancedSearchGuide 48:protocolInformation 49:distinguishedName "
        "50:uniqueMember 51:houseIdentifier 52:supportedAlgorithms 53:deltaRevocationList 54:dmdName 65:pseudonym "
        "72:role 97:organizationIdentifier 98:c3 99:n3 100:dnsName",
    ),
    **_numbered(
        "0.9.2342.19200300.100.1",
        "1:UID 2:textEncodedORAddress 3:mail 4:info 5:favouriteDrink 6:roomNumber 7:photo 8:userClass 9:host "
        "10:manager 11:documentIdentifier 12:documentTitle 13:documentVersion 14:documentAuthor 15:documentLocation "
        "20:homeTelephoneNumber 21:secretary 22:otherMailbox 23:lastModifiedTime 24:lastModifiedBy 25:DC 26:aRecord "
        "27:pilotAttributeType27 28:mXRecord 29:nSRecord 30:sOARecord 31:cNAMERecord 37:associatedDomain "
        "38:associatedName 39:homePostalAddress 40:personalTitle 41:mobileTelephoneNumber 42:pagerTelephoneNumber "
        "43:friendlyCountryName 44:uid 45:organizationalStatus 46:janetMailbox 47:mailPreferenceOption "
        "48:buildingName 49:dSAQuality 50:singleLevelQuality 51:subtreeMinimumQuality 52:subtreeMaximumQuality "
        "53:personalSignature 54:dITRedirect 55:audio 56:documentPublisher",
    ),
    **_numbered(
        "1.2.840.113549.1.9",
        "1:emailAddress 2:unstructuredName 3:contentType 4:messageDigest 5:signingTime 6:countersignature "
        "7:challengePassword 8:unstructuredAddress 9:extendedCertificateAttributes 14:extReq 15:SMIME-CAPS 16:SMIME "
        "20:friendlyName 21:localKeyID",
    ),
    **_numbered("1.3.6.1.4.1.311.60.2.1", "1:jurisdictionL 2:jurisdictionST 3:jurisdictionC"),
    **_numbered("1.3.6.1.4.1.311", "17.1:CSPName 17.2:LocalKeySet 20.2.2:msSmartcardLogin 20.2.3:msUPN"),
    **_numbered(
        "1.2.643", "3.131.1.1:INN 100.1:OGRN 100.3:SNILS 100.5:OGRNIP 100.111:subjectSignTool 100.112:issuerSignTool"
    ),
}

# Kinds of public keys and signatures, by their long name.
ALGORITHMS: Final = {
    **_numbered(
        "1.2.840.113549.1.1",
        "1:rsaEncryption 2:md2WithRSAEncryption 3:md4WithRSAEncryption 4:md5WithRSAEncryption "
        "5:sha1WithRSAEncryption 6:rsaOAEPEncryptionSET 7:rsaesOaep 8:mgf1 9:pSpecified 10:rsassaPss "
        "11:sha256WithRSAEncryption 12:sha384WithRSAEncryption 13:sha512WithRSAEncryption "
        "14:sha224WithRSAEncryption 15:sha512-224WithRSAEncryption 16:sha512-256WithRSAEncryption",
    ),
    **_numbered(
        "1.3.14.3.2",
        "3:md5WithRSA 11:rsaSignature 12:dsaEncryption-old 13:dsaWithSHA 15:shaWithRSAEncryption "
        "27:dsaWithSHA1-old 29:sha1WithRSA",
    ),
    **_numbered("1.2.840.10040.4", "1:dsaEncryption 3:dsaWithSHA1"),
    **_numbered(
        "1.2.840.10045",
        "2.1:id-ecPublicKey 4.1:ecdsa-with-SHA1 4.2:ecdsa-with-Recommended 4.3:ecdsa-with-Specified "
        "4.3.1:ecdsa-with-SHA224 4.3.2:ecdsa-with-SHA256 4.3.3:ecdsa-with-SHA384 4.3.4:ecdsa-with-SHA512",
    ),
    **_numbered(
        "2.16.840.1.101.3.4.3",
        "1:dsa_with_SHA224 2:dsa_with_SHA256 3:dsa_with_SHA384 4:dsa_with_SHA512 5:dsa_with_SHA3-224 "
        "6:dsa_with_SHA3-256 7:dsa_with_SHA3-384 8:dsa_with_SHA3-512 9:ecdsa_with_SHA3-224 10:ecdsa_with_SHA3-256 "
        "11:ecdsa_with_SHA3-384 12:ecdsa_with_SHA3-512 13:RSA-SHA3-224 14:RSA-SHA3-256 15:RSA-SHA3-384 "
        "16:RSA-SHA3-512",
    ),
    **_numbered("1.3.101", "110:X25519 111:X448 112:ED25519 113:ED448"),
    **_numbered("1.2.156.10197.1", "301:sm2 501:SM2-with-SM3 504:sm3WithRSAEncryption"),
    encode("2.5.8.1.1"): "rsa",
    encode("2.5.8.3.100"): "mdc2WithRSA",
    encode("1.3.36.3.3.1.2"): "ripemd160WithRSA",
    encode("1.2.840.113549.1.3.1"): "dhKeyAgreement",
    encode("1.2.840.10046.2.1"): "X9.42 DH",
    encode("1.2.643.2.2.3"): "GOST R 34.11-94 with GOST R 34.10-2001",
    encode("1.2.643.2.2.4"): "GOST R 34.11-94 with GOST R 34.10-94",
    encode("1.2.643.2.2.19"): "GOST R 34.10-2001",
    encode("1.2.643.2.2.20"): "GOST R 34.10-94",
    encode("1.2.643.7.1.1.1.1"): "GOST R 34.10-2012 with 256 bit modulus",
    encode("1.2.643.7.1.1.1.2"): "GOST R 34.10-2012 with 512 bit modulus",
    encode("1.2.643.7.1.1.3.2"): "GOST R 34.10-2012 with GOST R 34.11-2012 (256 bit)",
    encode("1.2.643.7.1.1.3.3"): "GOST R 34.10-2012 with GOST R 34.11-2012 (512 bit)",
}


def _curves(root: str, curves: str) -> dict[bytes, tuple[str, int]]:
    """`7:prime256v1:256` under a root: the number, the name, the bits of the group's order."""
    entries = (entry.split(":") for entry in curves.split())
    return {encode(f"{root}.{number}"): (name, int(bits)) for number, name, bits in entries}


# Elliptic curves: the name and the bits of the group's order, which is the length that OpenSSL gives a key.
CURVES: Final = {
    **_curves(
        "1.2.840.10045.3.1",
        "1:prime192v1:192 2:prime192v2:192 3:prime192v3:192 4:prime239v1:239 5:prime239v2:239 6:prime239v3:239 "
        "7:prime256v1:256",
    ),
    **_curves(
        "1.3.132.0",
        "1:sect163k1:163 2:sect163r1:162 3:sect239k1:238 4:sect113r1:113 5:sect113r2:113 6:secp112r1:112 "
        "7:secp112r2:110 8:secp160r1:161 9:secp160k1:161 10:secp256k1:256 15:sect163r2:163 16:sect283k1:281 "
        "17:sect283r1:282 22:sect131r1:131 23:sect131r2:131 24:sect193r1:193 25:sect193r2:193 26:sect233k1:232 "
        "27:sect233r1:233 28:secp128r1:128 29:secp128r2:126 30:secp160r2:161 31:secp192k1:192 32:secp224k1:225 "
        "33:secp224r1:224 34:secp384r1:384 35:secp521r1:521 36:sect409k1:407 37:sect409r1:409 38:sect571k1:570 "
        "39:sect571r1:570",
    ),
    **_curves(
        "1.3.36.3.3.2.8.1.1",
        "1:brainpoolP160r1:160 2:brainpoolP160t1:160 3:brainpoolP192r1:192 4:brainpoolP192t1:192 "
        "5:brainpoolP224r1:224 6:brainpoolP224t1:224 7:brainpoolP256r1:256 8:brainpoolP256t1:256 "
        "9:brainpoolP320r1:320 10:brainpoolP320t1:320 11:brainpoolP384r1:384 12:brainpoolP384t1:384 "
        "13:brainpoolP512r1:512 14:brainpoolP512t1:512",
    ),
    **_curves("1.2.156.10197.1", "301:SM2:256"),
}
