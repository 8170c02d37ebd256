"""What officers find a case by: whole words, whole numbers, halves of its own number; nothing lists people."""

from uuid import UUID, uuid4

import pytest
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service

from balai.base import sql
from balai.base.actors import Actor
from balai.casework.cases import actions, queries, rules

pytestmark = pytest.mark.django_db
CONSOLE = Actor("system", "console", name="test")
SHORTS = ("SKU", "IUM")


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("7k3m", {"7k3m"}), ("SKU-7K3M", {"7k3m"}), ("sku7k3m", {"7k3m"}), ("7K3MQ2XF", {"7k3m", "q2xf"}), ("FQDD", {"fqdd"}),
        ("siti sku", {"siti"}), ("sku", {"sku"}), ("Sukardi", {"sukardi"}), ("Warung Siti", {"warung", "siti"}),
    ],
)  # fmt: skip
def test_parts_of_a_number_and_words_are_read_as_people_type_them(typed: str, words: set[str]) -> None:
    assert rules.asked_words(typed, SHORTS) == words


def test_a_case_is_found_by_what_people_hold_and_by_nothing_less(cast: Cast) -> None:
    number = apply_for_sku(cast).number
    case = queries.read_case(number=number)
    half = number.split("-")[1]
    holder, phone = str(case.data["applicant"]["name"]), str(case.data["apply"]["phone"])
    firm = str(case.data["apply"][rules.BUSINESS_NAME])

    def found(typed: str, person_id: object = cast.budi.person_id) -> list[str]:
        return [row.number for row in queries.search_cases(person_id, typed, now=NOW)]  # type: ignore[arg-type]

    local = "0" + phone.removeprefix("+62")
    for typed in (
        half,
        half.lower(),
        number[:-5],
        number.replace("-", ""),
        holder,
        firm,
        f"{holder} {firm}",
        phone,
        local,
    ):
        assert found(typed) == [number], typed
    for typed in (
        half[:3],
        holder.split()[0][:-1],
        firm[:-1],
        phone[:-2],
        phone[-6:],
        "wa",
        "a",
        "%",
        "_",
        str(case.data["applicant"]["nik"])[:15],
    ):
        assert found(typed) == [], typed
    assert all(found(typed, cast.siti.person_id) == [] for typed in (half, holder, phone)), "no officer finds anything"


def test_cases_that_stand_are_indexed_again(cast: Cast) -> None:
    number = apply_for_sku(cast).number
    half = number.split("-")[1]
    before = sql.rows("SELECT count(*) FROM cases_searchword")
    sql.execute("DELETE FROM cases_searchword")
    assert queries.search_cases(cast.budi.person_id, half, now=NOW) == []
    done, last = actions.index_again(actor=CONSOLE, now=NOW, after=None)
    assert (done, actions.index_again(actor=CONSOLE, now=NOW, after=last)) == (1, (0, None))
    assert len(queries.search_cases(cast.budi.person_id, half, now=NOW)) == 1
    assert sql.rows("SELECT count(*) FROM cases_searchword") == before


def test_what_is_not_for_them_to_see_hides_nothing_behind_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest that bear a word may all be others'; then it is looked further, once."""
    case = queries.read_case(number=apply_for_sku(cast).number)
    asked: list[int] = []

    def bearing(hashes: object, paths: object, most: int) -> list[UUID]:
        asked.append(most)
        return [uuid4() for _ in range(most)] if len(asked) == 1 else [case.id]

    monkeypatch.setattr(queries, "list_bearing", bearing)
    assert [row.number for row in queries.search_cases(cast.budi.person_id, "siti", now=NOW)] == [case.number]
    assert asked == [70, 200]
