"""Judging the signatures of a PDF against given roots: no Django, no keys of ours, nothing fetched.

Validation goes by pyHanko's *bottom line*, never by `intact` alone, which stays true when a page was swapped by an appended
revision.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

Revoked = Callable[[int], datetime | None]


def as_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """Give a certificate as pyHanko reads it."""
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _none(serial: int) -> datetime | None:
    return None


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """What one signature of a PDF says and whether it may be believed."""

    signer: str
    serial: int
    signed_at: datetime | None
    valid: bool
    trusted: bool
    covers_all: bool
    timestamped: bool
    problem: str = ""  # "", "changed", "untrusted", "revoked", "incomplete", "invalid"
    unit: str = ""  # the unit on the certificate; the demonstration's says there that it is one
    withdrawn_at: datetime | None = None  # since when the key signs no more; what it signed before stays valid


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found in a PDF: valid only when there is a signature, every one holds, and nothing came after."""

    valid: bool
    signatures: tuple[SignatureFacts, ...]
    problem: str = ""  # "", "unreadable", "unsigned", or the first signature's problem
    issued: bool = False  # a signature in it, whether it holds or not, bears a certificate that one of the roots issued


def verify(
    pdf: bytes,
    *,
    trust: Sequence[x509.Certificate],
    at: datetime,
    revoked_at: Revoked = _none,
    as_claimed: bool = False,
) -> Verification:
    """Judge every signature of a PDF against the given roots, as of `at`; a hostile file is `unreadable`, no error.

    `as_claimed` judges each as of the time it claims itself, where it claims one: for whoever knows no better.
    """
    try:
        embedded = list(PdfFileReader(io.BytesIO(pdf), strict=True).embedded_regular_signatures)
        if not embedded:
            return Verification(False, (), "unsigned")
        facts = tuple(
            _facts(
                signature,
                trust,
                (as_claimed and signature.self_reported_timestamp) or at,
                revoked_at,
                last=signature is embedded[-1],
            )
            for signature in embedded
        )
    except Exception:  # noqa: BLE001 (a stranger's file may raise anything in the parser, RecursionError included)
        return Verification(False, (), "unreadable", _bears(pdf, trust))
    problem = next((fact.problem for fact in facts if fact.problem), "")
    if not problem and not pdf.rstrip(b"\r\n").endswith(b"%%EOF"):
        problem = (
            "incomplete"  # bytes behind the end change nothing a reader shows, but the file is not the one we made
        )
    return Verification(not problem, facts, problem, any(fact.trusted for fact in facts) or _bears(pdf, trust))


def has_issued(roots: Sequence[x509.Certificate], certificate: bytes) -> bool:
    """Tell whether one of these roots has issued a certificate (DER); whatever is none was not issued."""
    try:
        read = x509.load_der_x509_certificate(certificate)
    except ValueError:
        return False
    return any(_is_issuer(root, read) for root in roots)


def _is_issuer(root: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _bears(pdf: bytes, trust: Sequence[x509.Certificate]) -> bool:
    """Tell whether a signature of a file that need not be whole bears a certificate that one of the roots issued."""
    try:
        embedded = list(PdfFileReader(io.BytesIO(pdf), strict=False).embedded_regular_signatures)
        return any(has_issued(trust, one.signer_cert.dump()) for one in embedded)
    except Exception:  # noqa: BLE001 (as above)
        return False


def _facts(
    signature: Any, trust: Sequence[x509.Certificate], at: datetime, revoked_at: Revoked, *, last: bool
) -> SignatureFacts:
    context = ValidationContext(trust_roots=[as_asn1(root) for root in trust], allow_fetching=False, moment=at)
    status = validate_pdf_signature(signature, signer_validation_context=context)
    serial = int(status.signing_cert.serial_number)
    covers_all = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    since = revoked_at(serial)
    claimed = status.signer_reported_dt
    revoked = since is not None and (claimed is None or claimed >= since)
    return SignatureFacts(
        signer=str(status.signing_cert.subject.native.get("common_name", "")),
        serial=serial,
        signed_at=claimed,
        valid=bool(status.bottom_line),
        trusted=bool(status.trusted),
        covers_all=covers_all,
        timestamped=status.timestamp_validity is not None,
        problem=_problem(status, covers_all, revoked, last),
        unit=str(status.signing_cert.subject.native.get("organizational_unit_name", "")),
        withdrawn_at=since,
    )


def _problem(status: Any, covers_all: bool, revoked: bool, last: bool) -> str:
    if not (status.intact and status.valid):
        return "changed"
    if not status.trusted:
        return "untrusted"
    if revoked:
        return "revoked"
    if not status.bottom_line:
        return "invalid"
    # A long-term archive revision (DSS, document timestamp) may follow, and before the last signature those of further signers.
    archived = status.modification_level == ModificationLevel.LTA_UPDATES
    countersigned = not last and status.modification_level == ModificationLevel.FORM_FILLING
    return "" if covers_all or archived or countersigned else "incomplete"
