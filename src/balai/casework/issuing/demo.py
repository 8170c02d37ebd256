"""What the demonstration city tells of objections: one that the district granted, whose letter replaced the refusal, and one it refused."""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from balai.base import stories
from balai.base.actors import Actor
from balai.casework.cases import actions as cases
from balai.casework.cases import queries
from balai.casework.cases.queries import TaskRow
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import authority, flow
from balai.records.offices import actions as offices
from balai.records.offices import queries as office_queries
from balai.records.people import actions as people
from balai.records.people import queries as people_queries

CONSOLE = Actor("system", "console", name="demo")
SERVICE, DISTRICT = "keberatan", "kec-64.72.05"
PASSPHRASE = "kunci ratna contoh"  # printed on the demonstration's pages, of whoever signs there
OFFICERS = {"clerk": "Penelaah Contoh", "head": "Camat Contoh"}
GROUNDS = {
    "grounds": "Petugas datang ketika tidak ada orang. Nota dan foto tiga bulan terakhir ada pada saya.",
    "wish": "Surat yang saya mohon diterbitkan", "phone": "0812 0000 0001", "true_statement": True,
}  # fmt: skip
DECISIONS = (
    ("grant", {"reason": "Nota dan foto yang dikirim membuktikan keterangan pemohon"}),
    ("refuse", {"reason": "Bukti yang dikirim berasal dari alamat yang lain", "remedy": "Ajukan lagi dengan bukti dari alamat itu"}),
)  # fmt: skip


@stories.story("issuing.objections", order=56)
def object_to_refusals(stage: stories.Stage) -> Iterator[None]:
    """Let Siti object to what she was refused: the district grants the first and refuses the second."""
    if SERVICE not in catalogue.current_keys():
        return
    officers = {role: _appoint(stage, role, name) for role, name in OFFICERS.items()}
    yield
    siti = stage.cast.siti
    for outcome, words in DECISIONS:
        number = next(iter(_list_refused(siti.person_id)), "")
        if not number or not stage.first(outcome):
            continue
        case_id = _object(stage, siti.citizen, number)
        yield
        _do(stage, officers["clerk"], case_id, {"result": "complete", "finding": "Alasan dan bukti pemohon ditelaah"})
        _do(stage, officers["head"], case_id, {"outcome": outcome, **words})
        token = _open(case_id).token
        flow.see_letter(officers["head"], case_id, token, stage.now)
        flow.sign_letter(officers["head"], case_id, token, PASSPHRASE, stage.now)
        yield


def _list_refused(person_id: UUID) -> list[str]:
    """List the numbers of what a person was refused and may object to, the oldest first."""
    return [
        one.number
        for one in reversed(queries.list_applied(person_id))
        if one.outcome == "refused" and _is_open(one.number)
    ]


def _is_open(number: str) -> bool:
    case = queries.read_case(number=number)
    way = queries.find_way(
        case, catalogue.get_service(case.service_id, case.service_key), case.closed_at or case.submitted_at
    )
    return way is not None and way.is_open


def _appoint(stage: stories.Stage, role: str, name: str) -> Actor:
    """Give the district an officer, with a key where they sign, unless it has one; done again it is the same one."""
    district = office_queries.get_unit(DISTRICT)
    seated = office_queries.find_holders(district.path, role, stage.now.date())
    if seated is not None and seated.unit_id == district.id:
        return Actor("officer", "desk", person_id=seated.person_ids[0], second_factor=True)
    account_id = people.create_account(
        command_id=stage.id("account", role), actor=CONSOLE, now=stage.ago(days=30),
        email=f"{role}.kecamatan@balai.example", password=None, name=name,
    )  # fmt: skip
    person_id = people_queries.get_account(account_id).person.id
    unit = office_queries.get_unit(DISTRICT)
    post = next(one for one in office_queries.list_posts(unit.id) if one.role == role)
    offices.appoint(
        command_id=stage.id("appointed", role), actor=CONSOLE, now=stage.ago(days=30), post_id=post.id,
        person_id=person_id, from_date=date(2025, 1, 2), basis="SK Contoh",
    )  # fmt: skip
    if role == "head" and not authority.is_enrolled(person_id):
        authority.enroll(
            person_id, name=name, organisation="Pemerintah Kota Samarinda (contoh)", passphrase=PASSPHRASE,
            now=stage.ago(days=29),
        )  # fmt: skip
    return Actor("officer", "desk", person_id=person_id, second_factor=True)


def _object(stage: stories.Stage, siti: Actor, number: str) -> UUID:
    at: datetime = stage.ago(hours=6)
    draft_id, _ = cases.begin_objection(actor=siti, now=at, number=number, lang="id")
    sent = cases.Submission(
        id=stage.id("sent", number), actor=siti, now=at, service_id=SERVICE, answers=GROUNDS, draft_id=draft_id
    )
    return cases.submit(sent).case_id


def _do(stage: stories.Stage, officer: Actor, case_id: UUID, data: dict[str, str]) -> None:
    task = _open(case_id)
    cases.act(
        cases.Command(
            id=stage.id("do", task.node, case_id), actor=officer, now=stage.ago(hours=2), case_id=case_id,
            action="complete", token=task.token, data=data,
        )
    )  # fmt: skip


def _open(case_id: UUID) -> TaskRow:
    return queries.read_case(case_id=case_id).open_tasks[0]
