"""An officer's number and rank: read as people write them, refused by name, sealed, and told to whoever they are about."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from tests.cast import NOW, Cast, make_cast

from balai.base.actors import CLOCK, Actor
from balai.base.errors import Invalid, NotAllowed
from balai.base.holdings import Subject, holdings
from balai.base.models import Entry
from balai.engine.forms import WrongNumberError
from balai.records.people import actions, queries, ranks
from balai.records.people.models import Person

NIP = "198001012005012001"
TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("19800101 200501 2 001", NIP),
        ("\u202a198001012005012001\u202c", NIP),
        ("1980.0101.2005.0120.01", NIP),
        (" ", ""),
        ("199001012023211002", "199001012023211002"),  # a contract officer's
        ("199001012023213000", "199001012023213000"),
    ],
)
def test_a_number_is_read_as_it_is_written(typed: str, read: str) -> None:
    assert ranks.read_number(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        "19800101200501200",
        "198001012005012000",
        "198001012005013001",
        "198013012005012001",
        "198001012005132001",
        "abc",
        "19800230 200501 2 001",
    ],
)
def test_what_cannot_be_a_number_is_refused(typed: str) -> None:
    with pytest.raises(WrongNumberError):
        ranks.read_number(typed)


@pytest.mark.parametrize(
    "typed", ["III/b", "iii b", "III-B", "Penata Muda Tk. I", "penata muda tk i", "Penata Muda Tingkat I (III/b)"]
)
def test_a_rank_is_found_as_people_write_it(typed: str) -> None:
    found = ranks.find(typed, TODAY)
    assert found is not None and (found.code, found.printed) == ("III/b", "Penata Muda Tingkat I (III/b)")


def test_every_rank_is_told_apart_and_none_is_called_confirmed() -> None:
    there = ranks.in_force(TODAY)
    assert len(there) == 34 and len({one.printed for one in there}) == 34
    assert all(ranks.find(one.code, TODAY) is one and ranks.find(one.printed, TODAY) is one for one in there)
    assert {one.status for one in there} == {"unconfirmed"} and all(one.ref and one.source for one in there)
    assert ranks.find("Golongan IX", TODAY) and not ranks.find("V/a", TODAY) and not ranks.find("/", TODAY)
    assert not ranks.find("III/b", date(1999, 1, 1)), "before the rule there was no such row"


@pytest.fixture
def cast() -> Cast:
    return make_cast(NOW)


def note(person_id: UUID, nip: str | None, rank: str | None, actor: Actor = CLOCK, command: UUID | None = None) -> None:
    actions.note_official(command_id=command or uuid4(), actor=actor, now=NOW, person_id=person_id, nip=nip, rank=rank)


@pytest.mark.django_db(transaction=True)
def test_it_is_sealed_with_the_person_and_listed_to_them(cast: Cast) -> None:
    budi = cast.budi.person_id
    note(budi, "19800101 200501 2 001", "Penata Tk. I")
    person = queries.get_person(budi)
    assert (person.nip, person.rank, person.nip_printed) == (NIP, "III/d", "19800101 200501 2 001")
    assert person.rank_printed(TODAY) == "Penata Tingkat I (III/d)"
    assert NIP.encode() not in bytes(Person.objects.get(id=budi).sealed)
    entry = Entry.objects.filter(stream=f"person:{budi}").latest("seq")
    assert entry.body == {"fields": ["nip", "rank"]}, "what it says is in no entry"
    details = next(one for one in holdings() if one.key == "people.details")
    (told,) = details.lists(Subject(budi, cast.budi.account_id, (), "id"))
    assert told.facts["nip"] == NIP and told.facts["rank"] == "III/d"


@pytest.mark.django_db(transaction=True)
def test_one_of_both_is_noted_alone_and_what_is_the_same_enters_nothing(cast: Cast) -> None:
    budi, command = cast.budi.person_id, uuid4()
    note(budi, NIP, None, command=command)
    note(budi, NIP, None, command=command)
    note(budi, None, "III/d")
    assert (queries.get_person(budi).nip, queries.get_person(budi).rank) == (NIP, "III/d")
    before = Entry.objects.filter(stream=f"person:{budi}").count()
    note(budi, NIP, "III/d")
    assert Entry.objects.filter(stream=f"person:{budi}").count() == before
    note(budi, "", "")
    assert (queries.get_person(budi).nip, queries.get_person(budi).rank) == ("", "")


@pytest.mark.django_db(transaction=True)
def test_it_is_noted_by_administrators_alone_and_refused_at_its_field(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        note(cast.budi.person_id, NIP, "", cast.budi.officer)
    with pytest.raises(Invalid, match="nip-format") as number:
        note(cast.budi.person_id, "123", "III/d")
    with pytest.raises(Invalid, match="rank-unknown") as rank:
        note(cast.budi.person_id, NIP, "V/z")
    assert list(number.value.fields) == ["nip"] and list(rank.value.fields) == ["rank"]
    assert queries.get_person(cast.budi.person_id).nip == ""
