"""The residents: synthetic people (area code 99) in three kelurahan, and the firms some of them act for."""

import csv
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from balai.base.actors import Actor
from balai.doors.console.demo.cast import CONSOLE, Cast
from balai.records.people import actions as people
from balai.records.people.models import Level, Person
from balai.records.people.queries import find_organisation, find_person_by_document, find_person_by_nik
from balai.records.people.rules import Identity, read_document
from balai.records.registries import actions as registries
from balai.records.registries.rules import Resident as RegistryResident

COUNT = 90
MONTHS = 9  # how far back the city remembers
VILLAGES = ("64.72.05.1003", "64.72.05.1013", "64.72.05.1011")
# Who acts for each is one of the residents; their numbers are none that anybody was given.
FIRMS = {"9990000000017": "CV Contoh Jaya", "9990000000025": "UD Contoh Makmur", "9990000000033": "PT Contoh Sejahtera"}


FOREIGNER = Identity(
    name="Pemohon Asing Contoh", document="itas", document_number="2C21JE0000-X", nationality="Malaysia",
    birth_date=date(1991, 5, 1), birth_place="Kuching", sex="L", address="Jalan Contoh Nomor 9", village="64.72.05.1003",
    phone="+6281200000009", email="asing@balai.example",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoResident:
    """One synthetic resident."""

    person_id: UUID
    identity: Identity
    firm_id: UUID | None = None  # they act for it

    @property
    def actor(self) -> Actor:
        return Actor("person", "portal", person_id=self.person_id)


def make_residents(now: datetime) -> list[DemoResident]:
    """Register synthetic residents, seen at the counter, and enter them in the synthetic population registry."""
    made = _invent_all()
    rows = [people.prepare_person(identity=identity, now=now, level=Level.SEEN, bound=True) for identity in made]
    type(rows[0].vault).objects.bulk_create([row.vault for row in rows])
    Person.objects.bulk_create(rows)
    register(made, now)
    return [DemoResident(row.id, identity) for row, identity in zip(rows, made, strict=True)]


def make_foreigner(now: datetime) -> DemoResident:
    """Register somebody who has a stay permit and no NIK, seen at the counter; done again it finds them."""
    seen = read_document(FOREIGNER.document, FOREIGNER.document_number, FOREIGNER.nationality)
    assert seen is not None, "the document of the demonstration can be read"
    if (known := find_person_by_document(seen)) is not None:
        return DemoResident(known, FOREIGNER)
    row = people.prepare_person(identity=FOREIGNER, now=now, level=Level.SEEN, bound=True)
    row.vault.save(force_insert=True)
    row.save(force_insert=True)
    return DemoResident(row.id, FOREIGNER)


def find_residents() -> list[DemoResident]:
    """Find the residents of a city that stands; whoever was forgotten meanwhile is not among them."""
    found = ((find_person_by_nik(identity.nik), identity) for identity in _invent_all())
    return [DemoResident(person, identity) for person, identity in found if person is not None]


def find_agents(residents: list[DemoResident]) -> list[DemoResident]:
    """Find who acts for the firms."""
    return [
        replace(resident, firm_id=firm)
        for resident, number in zip(residents, FIRMS, strict=False)
        if (firm := find_organisation(number)) is not None
    ]


def make_agents(cast: Cast, residents: list[DemoResident], now: datetime) -> list[DemoResident]:
    """Enter the firms, each with the resident who acts for it, as an officer does who saw the deed of foundation."""
    founded = now - timedelta(days=30 * MONTHS + 30)
    for resident, (number, name) in zip(residents, FIRMS.items(), strict=False):
        one = resident.identity
        firm = Identity(
            name=name, nik=number, phone=one.phone, email=one.email, address=one.address, village=one.village
        )
        people.record_mandate(
            command_id=uuid4(), actor=cast.budi.officer, now=founded, firm=firm, agent_id=resident.person_id, services=[],
            to_date=None, may_delegate=True, evidence="Akta pendirian (contoh)",
        )  # fmt: skip
    return find_agents(residents)


def register(identities: list[Identity], now: datetime) -> None:
    """Enter invented people in the synthetic population registry."""
    residents = [
        RegistryResident(
            nik=each.nik, name=each.name, sex=each.sex, birth_place=each.birth_place, birth_date=each.birth_date,
            address=each.address, village=each.village, family_card=_family_card(each, at),
        )
        for at, each in enumerate(identities)
    ]  # fmt: skip
    registries.seed_residents(command_id=uuid4(), actor=CONSOLE, now=now, residents=residents)


SITI = "9901014101900001"


def _family_card(one: Identity, at: int) -> str:
    """Invent on whose card somebody stands: three residents by three, the first of them with Siti; officers on none."""
    if one.nik == SITI:
        return "9901010101200001"
    return f"99010101012{at // 3 + 1:05}" if one.nik[-4:] >= "0100" else ""


def _invent_all() -> list[Identity]:
    """Invent the same people again and again: the dice always fall the same way."""
    names: dict[str, list[str]] = {}
    with (Path(__file__).parent / "names.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names.setdefault(row["kind"], []).append(row["name"])
    chance = random.Random(6472)
    return [_invent(number, names, chance) for number in range(COUNT)]


def _invent(number: int, names: Mapping[str, list[str]], chance: random.Random) -> Identity:
    female = chance.random() < 0.5
    first = chance.choice(names["first_names_female" if female else "first_names_male"])
    born = date(1956, 1, 1) + timedelta(days=chance.randrange(365 * 50))
    day = born.day + (40 if female else 0)
    village = chance.choice(VILLAGES)
    return Identity(
        name=f"{first} {chance.choice(names['last_names'])}",
        nik=f"990101{day:02}{born:%m%y}{number + 100:04}", birth_date=born, birth_place="Samarinda",
        sex="P" if female else "L", address=f"Jalan Contoh Nomor {chance.randrange(1, 200)} RT {chance.randrange(1, 40):02}",
        village=village, phone=f"+62812{number:08}", email=f"warga{number}@balai.example",
    )  # fmt: skip
