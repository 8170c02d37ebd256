"""What officers find a case by: keyed hashes of whole words, numbers and phones, so that nothing can be listed or guessed in part."""

from collections.abc import Mapping
from typing import Any

from balai.base import crypto
from balai.casework.cases import rules
from balai.casework.catalogue import queries as catalogue
from balai.records.people.rules import take_phone


def search_hashes(text: str) -> list[bytes]:
    """Hash what a case is found by, 16 bytes each: a whole NIK, a whole phone number, or whole words and halves of a number."""
    digits = "".join(letter for letter in text if letter.isdigit())
    if len(digits) == 16 and not any(letter.isalpha() for letter in text):
        return [_searched("nik", digits)]
    if rules.is_like_phone(text) and (phone := take_phone(text)):
        return [_searched("phone", phone)]
    shorts = {service.short for service in catalogue.list_services()}
    return [_searched("word", word) for word in sorted(rules.asked_words(text, shorts))]


def index_hashes(number: str, applicant: Mapping[str, Any], answers: Mapping[str, Any]) -> list[bytes]:
    """Hash all that a case is found by: words of its holder's and business's names, NIK or document number, phones, and halves of its number."""
    firm = answers.get(rules.BUSINESS_NAME)
    words = rules.search_words(f"{applicant.get('name') or ''} {firm if isinstance(firm, str) else ''}")
    words |= rules.search_words(number.partition("-")[2])
    words |= rules.asked_words(
        str(applicant.get("document_number") or ""), ()
    )  # a passport's is looked for as it is typed
    phones = {take_phone(str(one)) for one in (applicant.get("phone"), answers.get("phone")) if one} - {None}
    nik = str(applicant.get("nik") or "")
    return [
        *(_searched("word", word) for word in sorted(words)),
        *(_searched("phone", phone) for phone in sorted(filter(None, phones))),
        *([_searched("nik", nik)] if len(nik) == 16 and nik.isascii() else []),
    ]


def _searched(kind: str, plain: str) -> bytes:
    return crypto.lookup_hash(f"search-{kind}", plain)[:16]
