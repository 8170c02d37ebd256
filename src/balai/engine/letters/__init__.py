"""Letters: a Typst source and the case's data become one archival, accessible PDF.

A letter is data too: its source lies in the service folder, its letterhead in the town's, and what it says arrives as
JSON, which can never become markup. The same source and the same data give the same bytes, so a letter can be proven
again years later.
"""

from balai.engine.letters.compose import PrintedObjection, PrintedReason, PrintedSigner, PrintedVerification, compose
from balai.engine.letters.dates import date_text, month_name
from balai.engine.letters.identity import FIELDS, Prints, applicant_words, find_prints, list_missing
from balai.engine.letters.identity_documents import (
    DOCUMENTS,
    NUMBERED,
    OF_CHILDREN,
    IdentityDocument,
    document_of,
    has_document,
    mask_document_number,
    print_document,
    read_document_number,
)
from balai.engine.letters.letter_numbers import check_template, number
from balai.engine.letters.qr import qr_bits, qr_svg
from balai.engine.letters.sources import check_sources
from balai.engine.letters.typeset import render

__all__ = [
    "DOCUMENTS",
    "FIELDS",
    "NUMBERED",
    "OF_CHILDREN",
    "IdentityDocument",
    "PrintedObjection",
    "PrintedReason",
    "PrintedSigner",
    "PrintedVerification",
    "Prints",
    "applicant_words",
    "check_sources",
    "check_template",
    "compose",
    "date_text",
    "document_of",
    "find_prints",
    "has_document",
    "list_missing",
    "mask_document_number",
    "month_name",
    "number",
    "print_document",
    "qr_bits",
    "qr_svg",
    "read_document_number",
    "render",
]
