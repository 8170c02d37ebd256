"""Identity documents by which people apply: which there are, what their number looks like, how a letter names it.

A KTP-el and a KIA carry a NIK, whichever town issued them; a foreigner with a stay permit has an SKTT, an ITAS or an ITAP, or
only a passport; a child has a KIA or a birth certificate, and applies through an adult. Only the form of a number is judged here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

NONE = "none"
_PLAIN = re.compile(r"[A-Z0-9][A-Z0-9./-]{3,39}")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class IdentityDocument:
    """One kind of identity document."""

    id: str
    names: Mapping[str, str]  # what stands before its number in a letter, by language
    holds_nik: bool = False
    foreign: bool = False  # its holder's nationality is asked too
    of_child: bool = False  # an adult applies with it, and stays the holder of the case


DOCUMENTS: Mapping[str, IdentityDocument] = {
    one.id: one
    for one in (
        IdentityDocument("ktp", {"id": "NIK", "en": "NIK"}, holds_nik=True),
        IdentityDocument("kia", {"id": "NIK", "en": "NIK"}, holds_nik=True, of_child=True),
        IdentityDocument(
            "birth_certificate", {"id": "Nomor akta kelahiran", "en": "Birth certificate number"}, of_child=True
        ),
        IdentityDocument("sktt", {"id": "Nomor SKTT", "en": "SKTT number"}, foreign=True),
        IdentityDocument("itas", {"id": "Nomor ITAS", "en": "ITAS number"}, foreign=True),
        IdentityDocument("itap", {"id": "Nomor ITAP", "en": "ITAP number"}, foreign=True),
        IdentityDocument("passport", {"id": "Nomor paspor", "en": "Passport number"}, foreign=True),
        IdentityDocument(NONE, {"id": "Dokumen identitas", "en": "Identity document"}),
    )
}
OF_CHILDREN = tuple(one.id for one in DOCUMENTS.values() if one.of_child)
NUMBERED = tuple(one.id for one in DOCUMENTS.values() if not one.holds_nik and one.id != NONE)
_NOT_YET = {"id": "belum ada", "en": "none yet"}


def read_document_number(text: str) -> str | None:
    """Write a document's number as it is compared: capitals without spaces; None for what can be no number."""
    number = _SPACES.sub("", text).upper()
    return number if _PLAIN.fullmatch(number) and any(letter.isdigit() for letter in number) else None


def mask_document_number(number: str) -> str:
    """Mask a document's number so that its holder recognises it: `*****567`."""
    return "*" * max(0, len(number) - 3) + number[-3:] if len(number) > 5 else "*" * len(number)


def document_of(applicant: Mapping[str, object]) -> str:
    """Tell which identity document is known of an applicant, "" where none is."""
    return str(applicant.get("document") or ("ktp" if applicant.get("nik") else ""))


def has_document(applicant: Mapping[str, object]) -> bool:
    """Tell whether a letter can say by which document its applicant is known: it has a number, or they said that they have none."""
    return any(applicant.get(name) for name in ("nik", "document_number")) or applicant.get("document") == NONE


def print_document(applicant: Mapping[str, object], lang: str) -> dict[str, str]:
    """Give what a letter prints of an applicant's identity document: `document_name` and `document_number`; nothing where none is known."""
    kind = DOCUMENTS.get(document_of(applicant))
    if kind is None:
        return {}
    number = applicant.get("nik") if kind.holds_nik else applicant.get("document_number")
    number = _NOT_YET[lang] if kind.id == NONE else number
    return {"document_name": kind.names[lang], "document_number": str(number)} if number else {}
