"""No page shows somebody's data to another without a row in the access log that this person finds: each address is walked.

A page that names Siti, masked or not, or a case of hers, must have written down that it was read: her own reading, or a list in
which she stands. What shows neither is no reading.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from tests.house import test_words as words
from tests.matrix import Line, fill, read_lines
from tests.world import World

from balai.base import access_log
from balai.base.models import Access, AccessMember
from balai.casework.cases import queries as cases
from balai.casework.cases.models import Case

OFFICERS = ("budi", "clerk", "counter", "ratna", "elsewhere", "archivist", "auditor", "admin")
MACHINES = ("budi-token", "elsewhere-token")
LINES = [line for line in read_lines() if "page" in line.answers["GET"].values()]
# who reads there is told nothing of Siti but what stands in the log itself, or in a letter's public face
NOT_OF_HER = {
    "/akun-saya/data/": "what is held about the reader: what they were told names numbers of cases",
    "/meja/lonceng/": "what this officer was told themselves, case by case",
    "/meja/loket/pesan/{case}/": "the number that was typed; the thread opens with its code alone",
    "/layanan/surat-keterangan-usaha/formulir/": "the empty form, with an example that a service folder gives",
    "/v/{letter_code}": "the public face of a letter, for whoever holds it",
    "/api/v1/letters/{letter_code}": "the same",
}


Look = Callable[[str, str, str], None]  # handed where a page stands, who asked, and what it says


def unrecorded(world: World, lines: list[Line], look: Look = lambda at, role, page: None) -> list[str]:
    """Name each page that shows an officer something of Siti and of which she finds no row; `look` at each page as well."""
    siti = world.cast.siti.person_id
    own = {str(row.id): row.number for row in Case.objects.filter(applicant_id=siti)}
    masked = Case.objects.filter(applicant_id=siti).values_list("holder_masked", flat=True)[0]
    found = []
    for line in lines:
        for role in (*OFFICERS, *MACHINES):
            if line.answers["GET"].get(role) != "page":
                continue
            with world.undone():
                last = Access.objects.order_by("-id").values_list("id", flat=True).first() or 0
                body = _body(world, role, line)
                look(line.at, role, body)
                shown = line.at not in NOT_OF_HER and (
                    "Siti" in body or masked in body or any(number in body for number in own.values())
                )
                if shown and not _finds(siti, last, own):
                    found.append(f"{line.at} as {role}")
    return found


def _body(world: World, role: str, line: Line) -> str:
    answer = world.browsers[role].get(fill(world, line.at))
    kind = answer.headers.get("Content-Type", "")
    if not ("html" in kind or "json" in kind or "csv" in kind):
        return ""
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return str(bytes(raw).decode())


def _finds(person_id: UUID, last: int, own: dict[str, str]) -> bool:
    fresh = Access.objects.filter(id__gt=last)
    lists = AccessMember.objects.filter(person_hash=access_log.member_hash(person_id)).values("list_id")
    return fresh.filter(person_id=person_id).exists() or fresh.filter(list_id__in=lists).exists()


def test_whoever_is_shown_to_another_finds_it_in_the_log_and_no_page_says_a_word_of_the_program(world: World) -> None:
    """One walk for both: what a page shows is written down, and it speaks to people (tests/house/test_words.py)."""
    strange = []

    def look(at: str, role: str, page: str) -> None:
        if role in words.READERS and not at.startswith(("/api/", "/log/")) and page.lstrip().startswith("<"):
            strange.extend(f"{at} as {role}: {one}" for one in sorted(words.found_in(page)))

    assert unrecorded(world, LINES, look) == []
    for line in LINES:
        for role in set(words.READERS) - set(OFFICERS):
            if line.answers["GET"].get(role) == "page":
                with world.undone():
                    look(line.at, role, _body(world, role, line))
    assert strange == []


def test_a_list_that_writes_nothing_down_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def forget(*args: Any, **more: Any) -> None:
        """Write nothing down."""

    monkeypatch.setattr(cases, "record_list", forget)
    lines = [line for line in LINES if line.at in ("/meja/", "/meja/cari/?cari=siti")]
    assert {"/meja/ as budi", "/meja/cari/?cari=siti as budi"} & set(unrecorded(world, lines))
