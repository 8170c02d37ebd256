"""What officers find a case by: keyed hashes of whole words, numbers and phones, so that nothing can be listed or guessed in part."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from balai.base import crypto, sql
from balai.casework.cases import rules
from balai.casework.cases.rows import as_id
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
    """Hash all that a case is found by: words of its holder's and business's names, NIK, phones, and halves of its number."""
    firm = answers.get(rules.BUSINESS_NAME)
    words = rules.search_words(f"{applicant.get('name') or ''} {firm if isinstance(firm, str) else ''}")
    words |= rules.search_words(number.partition("-")[2])
    phones = {take_phone(str(one)) for one in (applicant.get("phone"), answers.get("phone")) if one} - {None}
    nik = str(applicant.get("nik") or "")
    return [
        *(_searched("word", word) for word in sorted(words)),
        *(_searched("phone", phone) for phone in sorted(filter(None, phones))),
        *([_searched("nik", nik)] if len(nik) == 16 and nik.isascii() else []),
    ]


def _searched(kind: str, plain: str) -> bytes:
    return crypto.lookup_hash(f"search-{kind}", plain)[:16]


def list_bearing(hashes: Collection[bytes], unit_paths: Collection[str], most: int) -> list[UUID]:
    """List the newest cases of the units under some paths that bear all of some words; none where no word is asked for. Two queries.

    Each unit gives its newest, in the order of an index, so that a name that half of a town bears costs what a rare one does.
    A case's words are entered as it comes in; whose were entered anew since is found as what it is now.
    """
    if not hashes:
        return []
    below = " OR ".join(["path LIKE %s"] * len(unit_paths))
    units = sql.rows(f"SELECT id FROM offices_unit WHERE {below}", [f"{path}%" for path in unit_paths])
    first, *others = hashes
    also = " AND EXISTS (SELECT 1 FROM cases_searchword o WHERE o.case_id = s.case_id AND o.hash = %s)" * len(others)
    part = (
        "SELECT * FROM (SELECT s.id, s.case_id FROM cases_searchword s WHERE s.hash = %s AND s.unit_id = %s"
        f"{also} ORDER BY s.id DESC LIMIT %s) x"
    )
    if not units:
        return []
    found = sql.rows(
        f"SELECT case_id FROM ({' UNION ALL '.join([part] * len(units))}) y ORDER BY id DESC LIMIT %s",
        [*(value for (unit,) in units for value in (first, unit, *others, most)), most],
    )
    return list(dict.fromkeys(as_id(row[0]) for row in found))
