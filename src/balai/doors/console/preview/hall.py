"""The throwaway hall: the cast, an office for every step, the folder in force as it was last saved, and its stories lived in it."""

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from allauth.mfa.totp.internal.auth import TOTP

from balai.base.actors import Actor
from balai.base.errors import BalaiError
from balai.casework.cases import actions as cases
from balai.casework.cases import queries as case_queries
from balai.casework.cases import rules as case_rules
from balai.casework.issuing import authority, flow
from balai.doors.console.demo.cast import (
    AUTHENTICATOR,
    CONSOLE,
    IDENTITIES,
    PASSPHRASE,
    Cast,
    Member,
    find_cast,
    make_cast,
)
from balai.doors.console.demo.living import Living
from balai.doors.console.demo.residents import FIRMS, DemoResident, register
from balai.doors.console.preview.look import FolderLook
from balai.engine import forms, manifest
from balai.records.folders import actions as publishing
from balai.records.offices import actions as offices
from balai.records.offices import queries as office_queries
from balai.records.people import actions as people
from balai.records.people import policy as people_policy
from balai.records.people import queries as people_queries
from balai.records.people.models import Account
from balai.records.people.rules import Identity

LIVED = (
    "step",
    "wait",
    "payment",
    "operation",
    "cosigners",
    "extend",
)  # what a hall can live; the rest the rehearsal alone plays
HOUSE = Actor("system", "clock", name="operations")
FAR = timedelta(days=4000)
SEATS = 9


@dataclass(frozen=True, slots=True)
class LivedStory:
    """A case that was lived so far: its number, and why it came no further where it did not."""

    number: str
    why: str = ""


class PreviewHall:
    """The hall of one preview; one thing is lived in it at a time, while no courier works."""

    def __init__(self, now: datetime) -> None:
        self.turn = threading.RLock()
        self.cast = find_cast() if Account.objects.exists() else _lay(now)
        firm_id = people_queries.find_organisation(next(iter(FIRMS)))
        self.siti = DemoResident(self.cast.siti.person_id, IDENTITIES["siti"], firm_id)

    def show(self, look: FolderLook) -> None:
        """Bring what was read into force; drafts that were begun go on with it. What cannot be read changes nothing."""
        if look.judged is None:
            return
        with self.turn:
            publishing.try_out(
                command_id=uuid4(), actor=CONSOLE, now=look.at, kind=look.kind, judged=look.judged
            )  # fmt: skip
            if isinstance(look.judged.thing, manifest.Service):
                cases.follow_version(
                    command_id=uuid4(), actor=CONSOLE, now=look.at, service_id=look.judged.thing.id
                )  # fmt: skip

    def fill(self, service: manifest.Service, example: manifest.Example | None, now: datetime) -> UUID:
        """Begin an application as Siti, with the answers of a story, and give the draft's id. :raises BalaiError:"""
        with self.turn:
            firm = self.siti.firm_id if example and "nib" in example.applicant else None
            draft_id, _ = cases.start_draft(
                actor=self.siti.actor, now=now, service_id=service.id, answers={}, on_behalf_of=firm
            )
            if example is not None:
                answers = StoryTeller(self, now).answers_of(service, example, draft_id)
                cases.save_draft(actor=self.siti.actor, now=now, draft_id=draft_id, answers=answers, seen={})
        return draft_id

    def live(self, service: manifest.Service, example: manifest.Example, most: int, now: datetime) -> LivedStory:
        """Live a story in this hall up to its event of that number, ending now. :raises BalaiError: it cannot be sent."""
        with self.turn:
            return StoryTeller(self, now).tell_up_to(service, example, most)

    def staff(self, number: str, step: manifest.Step, member: Member, now: datetime) -> None:
        """Let one of the cast hold the role of a step that is open, where it lies."""
        with self.turn:
            case = case_queries.read_case(case_id=case_queries.read_face(number=number).id)
            task = next((one for one in case.open_tasks if one.node == step.id), None)
            if task is not None and task.unit_id is not None:
                appoint(member, task.unit_id, task.unit_path, step.role, now)

    def begin(
        self, number: str, service: manifest.Service, example: manifest.Example, event: manifest.ExampleEvent,
        member: Member, now: datetime,
    ) -> None:  # fmt: skip
        """Fill an officer's open form as a story fills it, as something they began and did not send."""
        step = service.steps[event.step]
        with self.turn:
            case = case_queries.read_case(case_id=case_queries.read_face(number=number).id)
            task = next((one for one in case.open_tasks if one.node == event.step), None)
            if task is None or not step.form:
                return
            typed = StoryTeller(self, now).fill_step(service, example, event, case, member)
            body = {"answers": forms.to_json(service.forms[step.form], typed)}
            cases.save_sketch(actor=member.officer, now=now, case_id=case.id, token=task.token, body=body)

    def member_of(self, name: str) -> Member:
        """Find who of the cast plays somebody in a story: a stranger's part is Joko's, a nameless officer's Budi's."""
        members = {"siti": self.cast.siti, "budi": self.cast.budi, "ratna": self.cast.ratna, "joko": self.cast.joko}
        return members.get(name.casefold(), self.cast.joko if name else self.cast.budi)


def is_lived(event: manifest.ExampleEvent) -> bool:
    """Tell whether a hall can live this event as it stands."""
    return any(getattr(event, name) for name in LIVED)


class StoryTeller(Living):
    """Lives one story, on days that end now; each step is done by whom the story names, in an office that is made for it."""

    def __init__(self, hall: PreviewHall, now: datetime) -> None:
        super().__init__(hall.cast, random.Random(1), now, [hall.siti])
        self.hall, self.doer = hall, hall.cast.budi

    def answers_of(self, service: manifest.Service, example: manifest.Example, draft_id: UUID) -> dict[str, Any]:
        """Give the answers of a story as a draft keeps them: its files stored, its days moved to these."""
        vault_id = case_queries.find_draft_vault(draft_id)
        assert vault_id is not None, "it was begun a moment ago"
        form = service.forms["apply"]
        given = self._files(form, example.apply, vault_id, self.hall.siti.actor, self.now)
        return self._shift(form, given, example, self.now, working=False)

    def fill_step(
        self, service: manifest.Service, example: manifest.Example, event: manifest.ExampleEvent,
        case: case_queries.CaseRow, member: Member,
    ) -> dict[str, Any]:  # fmt: skip
        """Give what a story answers at a step, as somebody would type it here today."""
        return self._answers(service, service.steps[event.step], example, event, case, member.officer, self.now)

    def tell_up_to(self, service: manifest.Service, example: manifest.Example, most: int) -> LivedStory:
        """Live a story so far and tell its case."""
        start, at = self._begin(example, most), self.now
        case_id = self._submit(service, example, self.hall.siti, start, uuid4())
        at, why = start, ""
        for event in example.then[:most]:
            at = min(self._next(example, event, start, at), self.now)
            try:
                done = self._happen(case_id, service, example, event, self.hall.siti, at)
            except BalaiError as error:
                done, why = False, error.message("id")
            if not done:
                why = why or f"{event.step}: belum terbuka / not open"
                break
        return LivedStory(case_queries.read_face(case_id=case_id).number, why)

    def _next(self, example: manifest.Example, event: manifest.ExampleEvent, start: datetime, at: datetime) -> datetime:
        """Find when an event happens; whoever pays or lets a term pass takes a moment of a day."""
        at = super()._next(example, event, start, at)
        return at + timedelta(minutes=5) if event.payment or event.operation or event.cosigners else at

    def _begin(self, example: manifest.Example, most: int) -> datetime:
        """Find the moment at which a story must begin so that the last of its events is just over."""
        start = self.now
        for _ in range(40):
            at = start
            for event in example.then[:most]:
                at = self._next(example, event, start, at)
            if at <= self.now:
                break
            start -= max(at - self.now, timedelta(hours=1))
        return start

    def _happen(
        self, case_id: UUID, service: manifest.Service, example: manifest.Example, event: manifest.ExampleEvent,
        resident: DemoResident, at: datetime,
    ) -> bool:  # fmt: skip
        if event.payment:
            return self._pay(case_id, service, example, event, resident, at)
        if event.extend:
            return self._extend(case_id, service, event, at)
        if event.operation or event.cosigners:
            return self._answer(case_id, service, event, at)
        step = service.steps.get(event.step)
        if step is not None and not step.is_applicants:
            self._staff(case_id, step, event)
        return is_lived(event) and super()._happen(case_id, service, example, event, resident, at)

    def _pay(
        self, case_id: UUID, service: manifest.Service, example: manifest.Example, event: manifest.ExampleEvent,
        resident: DemoResident, at: datetime,
    ) -> bool:  # fmt: skip
        """Let a payment come to its end, as the rehearsal does: shown and looked at, or its term is over."""
        if event.becomes == "expired":
            return self._let_expire(case_id, service.steps[event.payment].expired, at)
        shown, looked = manifest.payment_answers(at.astimezone(ZoneInfo(service.zone)).date(), event.becomes)
        check = f"{event.payment}_check"
        steps = (
            replace(event, payment="", step=event.payment, as_="applicant", data=shown),
            replace(event, payment="", step=check, as_="Joko", data=looked),
        )
        return all(self._happen(case_id, service, example, one, resident, at) for one in steps)

    def _extend(self, case_id: UUID, service: manifest.Service, event: manifest.ExampleEvent, at: datetime) -> bool:
        """Let whoever the law names take more time, in the unit that handles the case."""
        law, doer = service.time.clock.extension, self.hall.member_of(event.as_)
        if law is None:
            return False
        unit = office_queries.get_unit_by_id(case_queries.read_case(case_id=case_id).unit_id)
        appoint(doer, unit.id, unit.path, law.by, self.now)
        cases.extend(command_id=uuid4(), actor=doer.officer, now=at, case_id=case_id, reason=event.extend)
        self._let_work_be_done(at)
        return True

    def _answer(self, case_id: UUID, service: manifest.Service, event: manifest.ExampleEvent, at: datetime) -> bool:
        """Let an operation come to what the story says of it; one that the house did meanwhile is done."""
        node = event.operation or event.cosigners
        if event.becomes == "expired":
            return self._let_expire(case_id, service.steps[node].expired, at)
        case = case_queries.read_case(case_id=case_id)
        token = next((one.id for one in case.state.tokens if one.node == node), "")
        if not token:
            return not event.fails and event.becomes != "refused"
        fails = event.fails or ("refused" if event.becomes == "refused" else "")
        step, told = service.steps[node], dict(event.gives)
        if step.cosigners is not None:
            local = at.astimezone(ZoneInfo(service.zone))
            told = {"cosigned": manifest.cosigned_by(step.cosigners, case.data["apply"], local)}
        done = cases.Command(
            id=uuid4(), actor=HOUSE, now=at, case_id=case_id, token=token,
            action="operation-failed" if fails else "operation-done",
            data={"code": fails} if fails else case_rules.plain(step.pick(told)), reason=fails,
        )  # fmt: skip
        cases.act(done)
        self._let_work_be_done(at)
        return True

    def _let_expire(self, case_id: UUID, node: str, at: datetime) -> bool:
        """Let the term of a step be over now, whenever it would be: an author need not wait for it."""
        tokens = {one.id for one in case_queries.read_case(case_id=case_id).state.tokens if one.node == node}
        for timer in case_queries.list_due_timers(self.now + FAR, 1000):
            if timer[0] == case_id and timer[1] in tokens:
                cases.fire(*timer, now=at)
                self._let_work_be_done(at)
                return True
        return False

    def _staff(self, case_id: UUID, step: manifest.Step, event: manifest.ExampleEvent) -> None:
        """Let whoever the story names hold the role of a step in the unit where it lies."""
        self.doer = self.hall.member_of(event.as_)
        self.hall.staff(case_queries.read_face(case_id=case_id).number, step, self.doer, self.now)

    def _officer(self, assignee: UUID | None) -> Actor:
        return self.doer.officer

    def _sign(self, case_id: UUID, token: str, at: datetime, pen: flow.Pen) -> None:
        flow.see_letter(self.doer.officer, case_id, token, at)
        flow.take_pen(self.doer.officer, PASSPHRASE, at).sign(case_id, token, at)

    def _localise(self, form: forms.Form, answers: Mapping[str, Any], resident: DemoResident) -> dict[str, Any]:
        return dict(answers)  # the author's own village, whose office is staffed as it is needed


def appoint(member: Member, unit_id: UUID, unit_path: str, role: str, now: datetime) -> None:
    """Let one of the cast hold a role in a unit, at a post of their own where the unit's are taken."""
    if member.person_id in office_queries.list_holders(unit_path, role, now.date()):
        return
    title = f"{role} (pratinjau)"
    post = next((one for one in office_queries.list_posts(unit_id) if one.title == title), None)
    post = post or offices.create_post(
        command_id=uuid4(), actor=CONSOLE, now=now, unit_id=unit_id, role=role, title=title, seats=SEATS
    )
    offices.appoint(
        command_id=uuid4(), actor=CONSOLE, now=now, post_id=post.id, person_id=member.person_id,
        from_date=date(2025, 1, 2), basis="SK Contoh (pratinjau)",
    )  # fmt: skip


def _lay(now: datetime) -> Cast:
    """Lay the offices and the cast; each of them may sign, and Budi administers."""
    cast = make_cast(now)
    Account.objects.filter(id=cast.budi.account_id).update(is_administrator=True, second_factor_required=True)
    joko = people_queries.get_account(cast.joko.account_id)
    if not people_policy.has_authenticator_app(joko.id):
        TOTP.activate(joko, AUTHENTICATOR)
    for member in (cast.budi, cast.ratna, cast.joko):
        authority.enroll(
            member.person_id, name=IDENTITIES[member.name].name, organisation="Pemerintah Kota Samarinda (contoh)",
            passphrase=PASSPHRASE, now=now - timedelta(days=400),
        )  # fmt: skip
    register(list(IDENTITIES.values()), now)
    _found_firm(cast, now)
    return cast


def _found_firm(cast: Cast, now: datetime) -> None:
    """Let Siti act for a firm, for the stories of firms."""
    number, name = next(iter(FIRMS.items()))
    one = IDENTITIES["siti"]
    firm = Identity(name=name, nik=number, phone=one.phone, email=one.email, address=one.address, village=one.village)
    people.record_mandate(
        command_id=uuid4(), actor=cast.budi.officer, now=now - timedelta(days=400), firm=firm, agent_id=cast.siti.person_id,
        services=[], to_date=None, may_delegate=True, evidence="Akta pendirian (contoh)",
    )  # fmt: skip


def read_clock() -> datetime:
    """Read the clock; only doors do."""
    return datetime.now(UTC)
