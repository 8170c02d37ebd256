"""Fills the demonstration: the golden examples of every service are lived again by synthetic people, spread over months.

Everything goes through the real doors below: drafts with real files, `submit`, `act`, signing, the worker. Only the clock is
wound, and always backwards from now.
"""

import csv
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from PIL import Image, ImageDraw

from balai.base.actors import Actor
from balai.base.clock import Calendar, office_calendar
from balai.base.errors import BalaiError
from balai.base.outbox import Worker
from balai.casework.cases import jobs, queries
from balai.casework.cases.actions import Command, Submission, act, start_draft, submit
from balai.casework.catalogue import actions as catalogue
from balai.casework.catalogue import folders
from balai.casework.catalogue import queries as services
from balai.casework.issuing import authority, flow
from balai.doors.console.demo.cast import CONSOLE, IDENTITIES, PASSPHRASE, Cast, make_cast
from balai.engine import forms, manifest
from balai.engine.forms.values import read_date
from balai.engine.manifest.periods import Period
from balai.engine.problems import Problems
from balai.records.documents import actions as documents
from balai.records.people import actions as people
from balai.records.people.models import Account, Level, Person
from balai.records.people.queries import find_organisation
from balai.records.people.rules import Identity
from balai.records.registries import actions as registries
from balai.records.registries.rules import Resident as RegistryResident

MONTHS = 9
# Who acts for each is one of the residents; their numbers are none that anybody was given.
FIRMS = {"9990000000017": "CV Contoh Jaya", "9990000000025": "UD Contoh Makmur", "9990000000033": "PT Contoh Sejahtera"}
# What Siti has had done, and what waits for her: by service and golden example, working days ago and how many of its events.
SITI = {
    ("surat-keterangan-usaha", "granted"): (40, 99),
    ("surat-keterangan-usaha", "granted-partners"): (2, 2),  # waits for Ratna's signature
    ("izin-usaha-mikro", "low-risk-at-once"): (18, 99),
    ("surat-keterangan-domisili", "lapsed"): (2, 1),
    ("ktp-el-hilang-rusak", "lost"): (1, 2),
}


@dataclass(frozen=True, slots=True)
class Resident:
    """One synthetic resident."""

    person_id: UUID
    identity: Identity
    firm_id: UUID | None = None  # they act for it

    @property
    def actor(self) -> Actor:
        return Actor("person", "portal", person_id=self.person_id)


def is_seeded() -> bool:
    """Tell whether this home holds the demonstration already."""
    return Person.objects.exists()


def seed(now: datetime, *, cases: int = 240, say: Any = print) -> int:
    """Make the demonstration city and its cases; tell how many cases there are."""
    cast = make_cast(now)
    say("  the town, its 59 kelurahan and the cast")
    for folder in folders.list_folders(settings.BALAI_SERVICES):
        try:
            catalogue.publish(folder, settings.BALAI_TOWN_FOLDER, actor=CONSOLE, now=now)
        except Problems as problems:  # a folder being written must not keep the others from opening
            say(f"  left out {folder.name}: {problems.problems[0]} (./balai check says all)")
    say(f"  {len(services.list_services())} services, their golden examples passing")
    # Budi also administers, so that the demonstration shows what an administrator sees.
    Account.objects.filter(id=cast.budi.account_id).update(is_administrator=True, second_factor_required=True)
    authority.enroll(
        cast.ratna.person_id, name="Ratna Dewi Contoh", organisation="Pemerintah Kota Samarinda (contoh)",
        passphrase=PASSPHRASE, now=now - timedelta(days=30 * MONTHS + 30),
    )  # fmt: skip
    register(list(IDENTITIES.values()), now)
    chance = random.Random(6472)
    residents = make_residents(now, chance, 90)
    story = Story(cast, chance, now, make_agents(cast, residents, now))
    made = 0
    for number in range(1, cases + 1):
        made += story.live(chance.choice(residents), say)
        if number % 40 == 0 and number < cases:
            say(f"  {number} of {cases} cases")
    made += story.live_for_siti() if cases else 0
    Worker().drain(now)
    say(f"  {made} cases over {MONTHS} months")
    return made


def make_residents(now: datetime, chance: random.Random, count: int) -> list[Resident]:
    """Register synthetic residents, seen at the counter, and enter them in the synthetic population registry."""
    names: dict[str, list[str]] = {}
    with (Path(__file__).parent / "names.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names.setdefault(row["kind"], []).append(row["name"])
    made = [_invent(number, names, chance) for number in range(count)]
    rows = [people.prepare_person(identity=identity, now=now, level=Level.SEEN, bound=True) for identity in made]
    type(rows[0].vault).objects.bulk_create([row.vault for row in rows])
    Person.objects.bulk_create(rows)
    register(made, now)
    return [Resident(row.id, identity) for row, identity in zip(rows, made, strict=True)]


def make_agents(cast: Cast, residents: list[Resident], now: datetime) -> list[Resident]:
    """Enter the firms, each with the resident who acts for it, as an officer does who saw the deed of foundation."""
    agents, founded = [], now - timedelta(days=30 * MONTHS + 30)
    for resident, (number, name) in zip(residents, FIRMS.items(), strict=False):
        firm = Identity(name=name, nik=number, phone=resident.identity.phone, email=resident.identity.email)
        people.record_mandate(
            command_id=uuid4(), actor=cast.budi.officer, now=founded, firm=firm, agent_id=resident.person_id, services=[],
            to_date=None, may_delegate=True, evidence="Akta pendirian (contoh)",
        )  # fmt: skip
        agents.append(replace(resident, firm_id=find_organisation(number)))
    return agents


def register(identities: list[Identity], now: datetime) -> None:
    """Enter invented people in the synthetic population registry."""
    residents = [
        RegistryResident(
            nik=each.nik, name=each.name, sex=each.sex, birth_place=each.birth_place, birth_date=each.birth_date,
            address=each.address, village=each.village,
        )
        for each in identities
    ]  # fmt: skip
    registries.seed_residents(command_id=uuid4(), actor=CONSOLE, now=now, residents=residents)


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


VILLAGES = ("64.72.05.1003", "64.72.05.1013", "64.72.05.1011")


class Story:
    """One golden example, lived by one resident at one time in the past."""

    def __init__(self, cast: Cast, chance: random.Random, now: datetime, agents: list[Resident]) -> None:
        self.cast, self.chance, self.now, self.agents = cast, chance, now, agents
        self.worker = Worker("demo")
        self.pen = flow.take_pen(cast.ratna.officer, PASSPHRASE, now)
        self.calendar: Calendar = office_calendar()

    def live(self, resident: Resident, say: Any) -> int:
        """Submit and carry the case as far as its time allows; 1 when a case came of it.

        A folder that is being written may hold a story nobody here can live: it is told and left out, and the city opens.
        """
        service = self.chance.choice(services.list_services())
        example = self.chance.choice(stories(service))
        try:
            self.tell(service, example, resident, self._moment())
        except BalaiError as error:
            say(f"  left out {service.id}, {example.name}: {error.message('en')} {dict(error.fields)}")
            return 0
        return 1

    def tell(
        self, service: manifest.Service, example: manifest.Example, resident: Resident, start: datetime, most: int = 99
    ) -> None:
        """Submit an example's case and let at most so many of its events happen, as far as the time allows.

        A firm's story is told by who acts for one.
        """
        if "nib" in example.applicant:
            resident = self.chance.choice(self.agents)
        submitted, at = self._submit(service, example, resident, start), start
        for event in example.then[:most]:
            at = self._next(example, event, start, at)
            if at > self.now or not self._happen(submitted, service, example, event, resident, at):
                break

    def live_for_siti(self) -> int:
        """Give Siti something on her pages; tell how many cases."""
        siti, made = Resident(self.cast.siti.person_id, IDENTITIES["siti"]), 0
        for service in services.list_services():
            for example in service.examples:
                if (service.id, example.name) in SITI:
                    days, most = SITI[service.id, example.name]
                    start = self.calendar.subtract(self.now, Period(days, "working-days"))
                    self.tell(service, example, siti, min(start, self.now - timedelta(minutes=30)), most)
                    made += 1
        return made

    def _moment(self) -> datetime:
        """Draw an office moment: most spread over the months, a fifth within the last two working days."""
        if self.chance.random() < 0.2:
            back = timedelta(hours=self.chance.uniform(1, 30))
        else:
            back = timedelta(days=self.chance.triangular(3, 30 * MONTHS, 20))
        opens = self.calendar.next_open(self.now - back)
        at = opens + timedelta(minutes=self.chance.randrange(0, 180))
        return min(at, self.now - timedelta(minutes=self.chance.randrange(5, 50)))

    def _submit(self, service: manifest.Service, example: manifest.Example, resident: Resident, at: datetime) -> UUID:
        firm = resident.firm_id if "nib" in example.applicant else None
        draft_id, _ = start_draft(actor=resident.actor, now=at, service_id=service.id, answers={}, on_behalf_of=firm)
        vault_id = queries.find_draft_vault(draft_id)
        assert vault_id is not None
        form = service.forms["apply"]
        given = self._files(form, example.apply, vault_id, resident.actor, at)
        answers = self._localise(form, self._shift(form, given, example, at, working=False), resident)
        submitted = submit(
            Submission(
                id=uuid4(),
                actor=resident.actor,
                now=at,
                service_id=service.id,
                answers=answers,
                draft_id=draft_id,
                on_behalf_of=firm,
            )
        )
        self._let_work_be_done(at)
        return submitted.case_id

    def _localise(self, form: forms.Form, answers: dict[str, Any], resident: Resident) -> dict[str, Any]:
        village = resident.identity.village
        return {
            name: village if name in form.fields and form.fields[name].kind == "village" else value
            for name, value in answers.items()
        }

    def _files(
        self, form: forms.Form, answers: Mapping[str, Any], vault_id: UUID, actor: Actor, at: datetime
    ) -> dict[str, Any]:
        """Put a real stored file wherever the example names one."""

        def walk(value: Any) -> Any:
            if isinstance(value, Mapping) and "file" in value:
                return self._store(str(value["file"]), str(value.get("type", "image/jpeg")), vault_id, actor, at)
            if isinstance(value, Mapping):
                return {key: walk(each) for key, each in value.items()}
            return [walk(each) for each in value] if isinstance(value, list) else value

        return {name: walk(value) for name, value in answers.items()}

    def _store(self, name: str, kind: str, vault_id: UUID, actor: Actor, at: datetime) -> dict[str, Any]:
        content = picture(name, kind)
        stored = documents.store(vault_id, BytesIO(content), name=name, declared_type=kind, actor=actor, now=at)
        return {"document": str(stored.id), "name": name, "type": stored.media_type, "size": stored.size}

    def _next(self, example: manifest.Example, event: manifest.Event, start: datetime, at: datetime) -> datetime:
        if event.at is not None:
            at = max(at, start + (event.at - example.now))
        for span in (event.after, event.wait):
            if span:
                at += span
        if event.step and event.as_ != "applicant":
            at = self.calendar.next_open(at) + timedelta(minutes=self.chance.randrange(1, 40))
        return at

    def _happen(
        self, case_id: UUID, service: manifest.Service, example: manifest.Example, event: manifest.Event,
        resident: Resident, at: datetime,
    ) -> bool:  # fmt: skip
        case = queries.read_case(case_id=case_id)
        if event.wait:
            jobs.fire_due_timers(at)
        if event.step:
            task = next((task for task in case.open_tasks if task.node == event.step), None)
            if task is None:
                return False
            step = service.steps[event.step]
            if step.operation == "document.sign":
                self._sign(case_id, task.token, at)
            else:
                actor = resident.actor if step.is_applicants else self._officer(task.assignee_id)
                data = self._answers(service, step, example, event, case, actor, at)
                act(
                    Command(
                        id=uuid4(), actor=actor, now=at, case_id=case_id, action="complete", token=task.token, data=data
                    )
                )
        self._let_work_be_done(at)
        return True

    def _answers(
        self, service: manifest.Service, step: manifest.Step, example: manifest.Example, event: manifest.Event,
        case: queries.CaseRow, actor: Actor, at: datetime,
    ) -> dict[str, Any]:  # fmt: skip
        if not step.form:
            return {}
        form = service.forms[step.form]
        given = self._files(form, event.data, case.vault_id, actor, at)
        if step.form == "apply":
            return {**case.data["apply"], **self._shift(form, given, example, at, working=False)}
        given |= {name: f"SIAK-CONTOH-{case.number}" for name in reference_fields(service, step) if name in given}
        return self._shift(form, given, example, at, working=True)

    def _shift(
        self, form: forms.Form, answers: dict[str, Any], example: manifest.Example, at: datetime, *, working: bool
    ) -> dict[str, Any]:
        """Move the dates near the story's own time to this one; a day to come to the office becomes a working day."""

        def move(name: str, value: Any) -> Any:
            field = form.fields.get(name)
            if field is None or field.kind != "date" or not isinstance(value, str):
                return value
            day = read_date(value)
            if abs((day - example.now.date()).days) > 400:
                return value
            moved = day + (self.calendar.local_date(at) - self.calendar.local_date(example.now))
            if working:
                moved = max(moved, self.calendar.local_date(at))
                moved = moved if self.calendar.is_working_day(moved) else self.calendar.next_working_day(moved)
            return moved.isoformat()

        return {name: move(name, value) for name, value in answers.items()}

    def _let_work_be_done(self, at: datetime) -> None:
        """Deliver what is owed, and what that brings about in turn."""
        while self.worker.deliver(at, limit=50):
            pass

    def _officer(self, assignee: UUID | None) -> Actor:
        return Actor("officer", "desk", person_id=assignee or self.cast.budi.person_id, second_factor=True)

    def _sign(self, case_id: UUID, token: str, at: datetime) -> None:
        self.pen.sign(case_id, token, at)


def stories(service: manifest.Service) -> list[manifest.Example]:
    """List the examples of a service that become a case."""
    return [each for each in service.examples if not each.refused_because]


def reference_fields(service: manifest.Service, step: manifest.Step) -> set[str]:
    """Name the answers of a step that become another system's number, which no two cases may share."""
    return {
        path[1]
        for other in service.steps.values()
        if other.operation == "case.hand_over" and "reference" in other.inputs
        for path in other.inputs["reference"].paths
        if len(path) == 2 and path[0] == step.id
    }


@lru_cache(maxsize=64)
def picture(name: str, kind: str) -> bytes:
    """Draw a small stand-in for a photo or scan that says what it stands for."""
    image = Image.new("RGB", (480, 320), "#e9e4d8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((12, 12, 468, 308), outline="#8a6d3b", width=3)
    draw.text((40, 130), f"CONTOH\n{name}", fill="#5b4a2a", font_size=34)
    file = BytesIO()
    image.save(file, {"image/png": "PNG", "application/pdf": "PDF"}.get(kind, "JPEG"))
    return file.getvalue()
