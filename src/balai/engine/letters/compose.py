"""The data of a letter: one shape, the same when an example is played and when a letter is signed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from balai.engine.letters.dates import date_text
from balai.engine.letters.identity_documents import print_document


@dataclass(frozen=True, slots=True)
class PrintedSigner:
    """Who stands under the letter: a person with title and, where they have them, rank and NIP as printed, or the office with its seal."""

    name: str
    title: str
    nip: str = ""
    kind: str = "person"  # or "seal"
    rank: str = ""


@dataclass(frozen=True, slots=True)
class PrintedVerification:
    """Where anyone may check the letter, and with which code."""

    url: str
    code: str


@dataclass(frozen=True, slots=True)
class PrintedReason:
    """One rule that decided: what it is called, in which version, what it says, what it read, what would change it."""

    rule: str
    version: str
    text: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    change: str = ""


@dataclass(frozen=True, slots=True)
class PrintedObjection:
    """To whom, until when (both as text), how, and on which basis one may object."""

    to: str
    until_text: str
    how: str
    basis: str = ""
    appeal: bool = False  # an objection was refused by this letter


def compose(
    tree: Mapping[str, Any],
    *,
    kind: str,
    title: str,
    number: str,
    at: datetime,
    lang: str,
    place: str,
    demo: bool,
    in_force: bool,
    letterhead: Sequence[str],
    address: str,
    signer: PrintedSigner,
    verification: PrintedVerification | None = None,
    texts: Mapping[str, Any] | None = None,
    valid_until: date | None = None,
    reasons: Sequence[PrintedReason] = (),
    objection: PrintedObjection | None = None,
    automatic: bool = False,
) -> dict[str, Any]:
    """Put together what a letter may say: the case's tree beside what the office adds.

    `tree` is the case's data with its reserved names (`case`, `applicant`, `unit`, `town`); `at` is the moment of
    signing in the office's zone; `letterhead` holds its lines from the town down to the unit; `automatic` says that a
    rule alone decided (UU 27/2022 art. 10).
    """
    applicant = tree.get("applicant")
    known = {"applicant": {**applicant, **print_document(applicant, lang)}} if isinstance(applicant, Mapping) else {}
    return {
        **tree,
        **known,
        "kind": kind,
        "title": title,
        "number": number,
        "date": at.date().isoformat(),
        "date_text": date_text(at, lang),
        "place": place,
        "lang": lang,
        "demo": demo,
        "in_force": in_force,
        "letterhead": list(letterhead),
        "address": address,
        "signer": asdict(signer),
        "verify_url": verification.url if verification else None,
        "verify_code": verification.code if verification else None,
        "texts": dict(texts or {}),
        "valid_until": valid_until.isoformat() if valid_until else None,
        "valid_until_text": date_text(valid_until, lang) if valid_until else None,
        "reasons": [asdict(reason) for reason in reasons],
        "objection": asdict(objection) if objection else None,
        "automatic": automatic,
    }
