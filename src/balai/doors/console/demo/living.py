"""Lives the golden examples of the services again, by synthetic people, on days gone by.

Everything goes through the real doors below: drafts with real files, `submit`, `act`, signing, the worker. Only the clock is
wound, and always backwards from now.
"""

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from PIL import Image, ImageDraw

from balai.base.actors import Actor
from balai.base.clock import Calendar, office_calendar
from balai.base.errors import BalaiError
from balai.base.outbox import Worker
from balai.casework.cases import jobs, queries
from balai.casework.cases.actions import Command, Submission, act, park, start_draft, submit
from balai.casework.catalogue import queries as services
from balai.casework.issuing import flow
from balai.doors.console.demo.cast import PASSPHRASE, Cast, find_district_head
from balai.doors.console.demo.residents import DemoResident
from balai.engine import forms, letters, manifest
from balai.engine.forms.field_readers import read_date
from balai.records.documents import actions as documents

Say = Callable[[str], object]


class Living:
    """Lives golden examples: one at a time, by one resident, at one time in the past."""

    def __init__(self, cast: Cast, chance: random.Random, now: datetime, agents: list[DemoResident]) -> None:
        self.cast, self.chance, self.now, self.agents = cast, chance, now, agents
        self.worker = Worker("demo")
        self.pen = flow.take_pen(cast.ratna.officer, PASSPHRASE, now)
        above = find_district_head()
        self.pen_above = flow.take_pen(above.officer, PASSPHRASE, now) if above else self.pen
        self.calendar: Calendar = office_calendar()

    def live(self, resident: DemoResident, start: datetime, command_id: UUID, say: Say) -> int:
        """Live any example of any service, as far as its time allows; 1 when a case came of it."""
        service = self.chance.choice([one for one in for_residents() if stories(one)])
        return self.try_to_tell(service, self.chance.choice(stories(service)), resident, start, 99, command_id, say)

    def try_to_tell(
        self, service: manifest.Service, example: manifest.Example, resident: DemoResident, start: datetime, most: int,
        command_id: UUID, say: Say,
    ) -> int:  # fmt: skip
        """Tell an example; one that nobody here can live is said and left out, and the city opens: 1 when a case came of it.

        A folder that is being written may hold such.
        """
        try:
            self.tell(service, example, resident, start, most, command_id)
        except BalaiError as error:
            say(f"  left out {service.id}, {example.name}: {error.message('en')} {dict(error.fields)}")
            return 0
        return 1

    def tell(
        self, service: manifest.Service, example: manifest.Example, resident: DemoResident, start: datetime,
        most: int = 99, command_id: UUID | None = None,
    ) -> None:  # fmt: skip
        """Submit an example's case and let at most so many of its events happen, as far as the time allows.

        A firm's story is told by who acts for one.
        """
        if "nib" in example.applicant:
            resident = self.chance.choice(self.agents)
        submitted, at = self._submit(service, example, resident, start, command_id or uuid4()), start
        for event in example.then[:most]:
            at = self._next(example, event, start, at)
            if at > self.now or not self._happen(submitted, service, example, event, resident, at):
                break
        self._look_again(submitted)

    def _look_again(self, case_id: UUID) -> None:
        """Let an officer who still waits for another system look again, and put the file aside for some days more; some forget to."""
        for task in queries.read_case(case_id=case_id).open_tasks:
            if task.parked_until and task.assignee_id and task.parked_until < self.now and self.chance.random() < 0.85:
                until = self.calendar.local_date(self.now) + timedelta(days=self.chance.randrange(1, 6))
                park(
                    command_id=uuid4(), actor=self._officer(task.assignee_id), now=self.now - timedelta(minutes=30),
                    case_id=case_id, token=task.token, until=until, why=task.parked_for,
                )  # fmt: skip

    def _submit(
        self,
        service: manifest.Service,
        example: manifest.Example,
        resident: DemoResident,
        at: datetime,
        command_id: UUID,
    ) -> UUID:
        firm = resident.firm_id if "nib" in example.applicant else None
        draft_id, _ = start_draft(actor=resident.actor, now=at, service_id=service.id, answers={}, on_behalf_of=firm)
        vault_id = queries.find_draft_vault(draft_id)
        assert vault_id is not None
        form = service.forms["apply"]
        given = self._files(form, example.apply, vault_id, resident.actor, at)
        answers = self._localise(form, self._shift(form, given, example, at, working=False), resident)
        submitted = submit(
            Submission(
                id=command_id,
                actor=resident.actor,
                now=at,
                service_id=service.id,
                answers=answers,
                draft_id=draft_id,
                on_behalf_of=firm,
                contact=_about(service, example, resident),
            )
        )
        self._let_work_be_done(at)
        return submitted.case_id

    def _localise(self, form: forms.Form, answers: dict[str, Any], resident: DemoResident) -> dict[str, Any]:
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

    def _next(self, example: manifest.Example, event: manifest.ExampleEvent, start: datetime, at: datetime) -> datetime:
        if event.at is not None:
            at = max(at, start + (event.at - example.now))
        for span in (event.after, event.wait):
            if span:
                at += span
        if event.step and event.as_ != "applicant":
            at = self.calendar.next_open(at) + timedelta(minutes=self.chance.randrange(1, 40))
        return at

    def _happen(
        self, case_id: UUID, service: manifest.Service, example: manifest.Example, event: manifest.ExampleEvent,
        resident: DemoResident, at: datetime,
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
                elsewhere = step.unit is not None and task.unit_id not in (None, case.unit_id)
                self._sign(case_id, task.token, at, self.pen_above if elsewhere else self.pen)
            else:
                actor = resident.actor if step.is_applicants else self._officer(task.assignee_id)
                if not step.is_applicants:
                    queries.open_case(actor, case.number, now=at)  # reading is a deed too
                data = self._answers(service, step, example, event, case, actor, at)
                act(
                    Command(
                        id=uuid4(), actor=actor, now=at, case_id=case_id, action="complete", token=task.token, data=data
                    )
                )
        self._let_work_be_done(at)
        return True

    def _answers(
        self, service: manifest.Service, step: manifest.Step, example: manifest.Example, event: manifest.ExampleEvent,
        case: queries.CaseRow, actor: Actor, at: datetime,
    ) -> dict[str, Any]:  # fmt: skip
        if not step.form:
            return {}
        form = service.forms[step.form]
        given = self._files(form, event.data, case.vault_id, actor, at)
        if step.form == "apply":
            return {**case.data["apply"], **self._shift(form, given, example, at, working=False)}
        numbers = reference_fields(service, step) & given.keys()
        given |= {name: own_number(str(given[name]), case.number) for name in numbers}
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
            if field.latest == "today":  # what was done, however many days the example took to it
                moved = min(moved, self.calendar.local_date(at))
            elif working:
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

    def _sign(self, case_id: UUID, token: str, at: datetime, pen: flow.Pen) -> None:
        flow.see_letter(pen.actor, case_id, token, at)
        pen.sign(case_id, token, at)


def for_residents() -> list[manifest.Service]:
    """List the services that any resident lives: not those of officers, or of people with other documents, who are told apart."""
    return [one for one in services.list_at_counter() if not one.documents]


def _about(service: manifest.Service, example: manifest.Example, resident: DemoResident) -> dict[str, str]:
    """Give what an example's applicant tells of themselves beyond what is known: a child's document, for the most part."""
    if not service.documents or letters.document_of(example.applicant) == resident.identity.document:
        return {}
    told = ("document", "nik", "document_number", "nationality", "name", "birth_place", "birth_date")
    return {name: str(example.applicant[name]) for name in told if name in example.applicant}


def stories(service: manifest.Service) -> list[manifest.Example]:
    """List the examples of a service that become a case by themselves; what is about another case begins there."""
    return [each for each in service.examples if not each.refused_because and service.about is None]


def reference_fields(service: manifest.Service, step: manifest.Step) -> set[str]:
    """Name the answers of a step that become another system's number, which no two cases may share."""
    return {
        path[1]
        for other in service.steps.values()
        if other.operation == "case.hand_over" and "reference" in other.inputs
        for path in other.inputs["reference"].paths
        if len(path) == 2 and path[0] == step.id
    }


def own_number(example: str, number: str) -> str:
    """Give a case a number of another system that is its own, in the shape of the example's: as many digits, or the same beginning."""
    if example.isdigit():
        drawn = int.from_bytes(sha256(number.encode()).digest()[:8]) % 10 ** (len(example) - 2)
        return f"99{drawn:0{len(example) - 2}}"
    return example.rstrip("0123456789") + number


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
