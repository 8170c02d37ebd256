"""One case whose steps three other units do: it lies on their desks, opens to them for that, and to nobody else beside them."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from tests.cast import NOW, appoint, enlist, files_of, make_cast, photo, sign_seen

from balai.base import journal_check
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.outbox import Worker
from balai.casework.cases import history, queries
from balai.casework.cases.actions import Command, Submission, act, claim, hand_over, start_draft, submit
from balai.casework.cases.models import Case, Draft, Task
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import actions as issuing
from balai.casework.issuing import flow, signing
from balai.casework.issuing import queries as letters
from balai.casework.issuing.models import Letter, LetterFile, LetterPart
from balai.doors.console.demo.cast import CONSOLE, PASSPHRASE
from balai.engine import manifest
from balai.engine.manifest.tests import neighbours
from balai.records.documents import actions as documents
from balai.records.folders import packing
from balai.records.folders.models import FolderVersion
from balai.records.offices import actions as office_actions
from balai.records.offices import queries as offices
from balai.records.offices.models import Appointment, Unit

pytestmark = pytest.mark.django_db(transaction=True)
HEALTH, DISTRICT, AGENCY = "disdukcapil", "kec-64.72.05", "kel-64.72.01.1001"
DAY = timedelta(days=1)


class Neighbours:
    """The cast, with a head of their own in each of the three other units."""

    def __init__(self, *, second: bool = False, third: bool = False) -> None:
        self.cast = make_cast(NOW)
        Appointment.objects.filter(post__unit__code__in=(HEALTH, DISTRICT, AGENCY)).delete()
        self.heads = {}
        for name, unit in (("Wahyu", HEALTH), ("Tri", DISTRICT), ("Nur", AGENCY)):
            self.heads[unit] = enlist(name)
            appoint(self.heads[unit], "head", unit)
        files = neighbours.countersigned() if second else neighbours.folder()
        if third:
            files = in_order(files)
        files["service.yaml"] = files["service.yaml"].replace(
            b"sign_grant: {role: head,", b"sign_grant: {role: head, unit: parent,"
        )
        files["service.yaml"] = files["service.yaml"].replace(b"unit: dinkes", f"unit: {HEALTH}".encode())
        town = files_of(settings.BALAI_TOWN_FOLDER)
        self.service = manifest.read_service(files, folder="contoh", town=manifest.read_town(town))
        FolderVersion.objects.create(
            key=self.service.key, kind="service", folder_id="contoh", version="1", files=packing.pack(files, town),
            published_at=NOW, current=True,
        )  # fmt: skip
        catalogue.forget_current()

    def apply(self) -> UUID:
        siti = self.cast.siti.citizen
        draft_id, _ = start_draft(actor=siti, now=NOW, service_id="contoh", answers={})
        vault = Draft.objects.get(id=draft_id).vault_id
        kept = documents.store(vault, BytesIO(photo()), name="a.jpg", actor=siti, now=NOW)
        file = {"document": str(kept.id), "name": "a.jpg", "type": kept.media_type, "size": kept.size}
        answers = {
            "village": "64.72.05.1003", "reason": "Melengkapi berkas", "document": file, "phone": "0812 0000 0001",
            "true_statement": "ya",
        }  # fmt: skip
        return submit(
            Submission(id=uuid4(), actor=siti, now=NOW, service_id="contoh", answers=answers, draft_id=draft_id)
        ).case_id

    def do(self, case_id: UUID, node: str, member, now: datetime = NOW, **data: object) -> None:
        task = Task.objects.get(case_id=case_id, node=node, state="open")
        act(
            Command(
                id=uuid4(),
                actor=member.officer,
                now=now,
                case_id=case_id,
                action="complete",
                token=task.token,
                data=data,
            )
        )
        Worker().drain(now)


def in_order(files: dict[str, bytes]) -> dict[str, bytes]:
    """Let a third office sign behind the second, in the order that the letter says."""
    more = {
        "service.yaml": ("  sign_second: {role: head, unit: dinkes, operation: document.sign, letter: grant, countersigns: sign_grant,",
                         "  sign_third: {role: head, unit: check.agency, operation: document.sign, letter: grant}\n"
                         "  sign_second: {role: head, unit: dinkes, operation: document.sign, letter: grant,"),
        "process.bpmn": ('sourceRef="sign_second" targetRef="granted"/>',
                         'sourceRef="sign_second" targetRef="sign_third"/><userTask id="sign_third"/>'
                         '<sequenceFlow id="f21" sourceRef="sign_third" targetRef="granted"/>'),
        "examples/granted.yaml": ("expect:", "  - {step: sign_third, as: Siti}\nexpect:"),
        "examples/signed-by-two.yaml": ("expect:", "  - {step: sign_third, as: Siti}\nexpect:"),
    }  # fmt: skip
    for lang in ("id", "en"):
        more[f"texts/{lang}.yaml"] = (
            "  sign_second:", "  sign_third: {title: Tanda tangan ketiga, public: Ditandatangani dinas ketiga}\n  sign_second:"
        )  # fmt: skip
    made = dict(files)
    for path, (old, new) in more.items():
        assert old in made[path].decode(), (path, old)
        made[path] = made[path].decode().replace(old, new, 1).encode()
    grant = re.search(rb"(?m)^  grant: \{kind: grant, ", made["service.yaml"])
    assert grant
    at = grant.end()
    made["service.yaml"] = (
        made["service.yaml"][:at] + b"signers: [sign_grant, sign_second, sign_third], " + made["service.yaml"][at:]
    )
    return made


@pytest.fixture
def hall() -> Neighbours:
    return Neighbours()


def faults() -> list[str]:
    """List what the rows of cases and tasks say otherwise than their journal; the cast's posts were taken by hand."""
    return [one for one in map(str, journal_check.verify_journal().faults) if not one.startswith("offices_")]


def mine(member, which="mine") -> list[str]:
    return [row.node for row in queries.list_inbox(member.person_id, now=NOW, which=which)]


def test_each_unit_has_its_step_and_the_case_only_for_that(hall: Neighbours) -> None:
    cast, case_id = hall.cast, hall.apply()
    wahyu, tri, nur = (hall.heads[unit] for unit in (HEALTH, DISTRICT, AGENCY))
    number = Case.objects.get(id=case_id).number
    with pytest.raises(NotFound):
        queries.open_case(wahyu.officer, number, now=NOW)
    hall.do(case_id, "check", cast.budi, result="complete", agency=AGENCY)

    # whose desk, in which unit, until when
    found = {task.node: task for task in Task.objects.filter(case_id=case_id, state="open").select_related("unit")}
    assert {node: (task.unit.code, task.assignee_id, task.unstaffed) for node, task in found.items()} == {
        "ask_health": (HEALTH, wahyu.person_id, False),
        "ask_district": (DISTRICT, tri.person_id, False),
        "ask_agency": (AGENCY, nur.person_id, False),
    }
    assert {node: task.due_at.astimezone(UTC).date().isoformat() for node, task in found.items()} == {
        "ask_health": "2026-03-04", "ask_district": "2026-03-05", "ask_agency": "2026-03-09",
    }  # fmt: skip
    assert (mine(wahyu), mine(nur, "all"), mine(cast.ratna)) == (["ask_health"], ["ask_agency"], [])
    assert [row.number for row in queries.search_cases(wahyu.person_id, number, now=NOW)] == [number]
    lying = {one.words: one.count for one in offices.list_lying(offices.get_unit(HEALTH), NOW.date())}
    assert lying["cases.lies.lent"] == 1, "a unit is not closed while another's case waits for it"

    # each opens it, and does its own step alone
    view = queries.open_case(wahyu.officer, number, now=NOW)
    assert ([task.node for task in view.my_tasks], view.standing.roles) == (["ask_health"], frozenset())
    for node, member in (("ask_agency", wahyu), ("ask_health", cast.ratna), ("ask_health", cast.budi)):
        with pytest.raises(NotAllowed):
            hall.do(case_id, node, member, advice="Setuju")
    with pytest.raises(NotAllowed):
        claim(command_id=uuid4(), actor=cast.ratna.officer, now=NOW, case_id=case_id, token=found["ask_health"].token)
    second = enlist("Bayu")
    unit_id = offices.get_unit(HEALTH).id
    post = office_actions.create_post(
        command_id=uuid4(), actor=CONSOLE, now=NOW, unit_id=unit_id, role="head", title="Kepala bidang"
    )
    office_actions.appoint(
        command_id=uuid4(), actor=CONSOLE, now=NOW, post_id=post.id, person_id=second.person_id,
        from_date=NOW.date(), basis="SK Contoh",
    )  # fmt: skip
    hand_over(
        command_id=uuid4(), actor=wahyu.officer, now=NOW, case_id=case_id, token=found["ask_health"].token,
        to=second.person_id, reason="",
    )  # fmt: skip
    assert (mine(second), mine(wahyu)) == (["ask_health"], [])
    hall.do(case_id, "ask_health", second, advice="Setuju")
    hall.do(case_id, "ask_agency", nur, advice="Setuju")
    hall.do(case_id, "ask_district", tri, advice="Setuju")

    assert faults() == []


@pytest.mark.long
def test_a_letter_of_two_units_is_signed_by_both_and_holds_once_both_have() -> None:
    hall = Neighbours(second=True)
    cast, case_id = hall.cast, hall.apply()
    wahyu, tri, nur = (hall.heads[unit] for unit in (HEALTH, DISTRICT, AGENCY))
    number = Case.objects.get(id=case_id).number
    hall.do(case_id, "check", cast.budi, result="complete", agency=AGENCY)
    for node, member in (("ask_health", wahyu), ("ask_agency", nur), ("ask_district", tri)):
        hall.do(case_id, node, member, advice="Setuju")
    hall.do(case_id, "decide", cast.ratna, outcome="grant", reason="Berkas lengkap")
    token = Task.objects.get(case_id=case_id, node="sign_grant", state="open").token
    for signer in (tri, wahyu):
        issuing.enroll_signer(
            actor=signer.officer, now=NOW, name=signer.name, organisation="Pemerintah", passphrase=PASSPHRASE
        )
    with pytest.raises(NotAllowed):
        sign_seen(cast.ratna.officer, case_id, token, PASSPHRASE, NOW)

    # the district's head signs first: its number, and nothing that holds yet
    begun = sign_seen(tri.officer, case_id, token, PASSPHRASE, NOW).letter
    above = Unit.objects.get(code=DISTRICT)
    assert (begun.state, begun.unit_id, begun.unit_code) == ("reserved", above.id, above.letter_code)
    assert above.letter_code in begun.number and not LetterFile.objects.exists()
    assert Case.objects.get(id=case_id).status == "open"
    with pytest.raises(NotFound):
        letters.open_letter(cast.siti.citizen, begun.id, now=NOW)
    assert letters.list_orphans() == [], "its number waits for the second signature"
    second = Task.objects.get(case_id=case_id, node="sign_second", state="open").token
    with pytest.raises(Invalid):
        flow.sign_letter(wahyu.officer, case_id, second, PASSPHRASE, NOW)  # not seen yet
    with pytest.raises(NotAllowed):
        sign_seen(tri.officer, case_id, second, PASSPHRASE, NOW)

    # the second signs the very bytes that the first signed
    letter = sign_seen(wahyu.officer, case_id, second, PASSPHRASE, NOW + DAY).letter
    assert (letter.id, letter.state, letter.signer_name) == (begun.id, "signed", "Tri; Wahyu")
    pdf = letters.open_letter(cast.siti.citizen, letter.id, now=NOW + DAY)[1]
    judged = signing.verify(pdf, at=NOW + DAY)
    assert judged.valid and [one.signer for one in judged.signatures] == ["Tri", "Wahyu"], judged
    assert not signing.verify(pdf[:3000] + bytes([pdf[3000] ^ 1]) + pdf[3001:], at=NOW + DAY).valid
    assert not LetterPart.objects.exists()
    assert Case.objects.get(id=case_id).status == "closed"

    # who signed keeps the case, who only gave an opinion their step's; the letter is the district's to revoke
    for reader in (tri, wahyu, nur):
        assert queries.open_case(reader.officer, number, now=NOW + DAY).row.status == "closed"
    late = enlist("Bayu")
    Appointment.objects.filter(person_id=nur.person_id).delete()
    appoint(late, "head", AGENCY)
    with pytest.raises(NotFound):
        queries.open_case(late.officer, number, now=NOW + DAY)
    with pytest.raises(NotAllowed):
        issuing.revoke(command_id=uuid4(), actor=cast.ratna.officer, now=NOW, letter_id=letter.id, reason="Salah nama")
    issuing.revoke(command_id=uuid4(), actor=tri.officer, now=NOW, letter_id=letter.id, reason="Salah nama")
    assert Letter.objects.get(id=letter.id).state == "revoked"
    assert faults() == []
    assert history.replay(history.get_position(number))[1] == ""


def test_a_unit_that_is_none_waits_for_an_operator_and_nobody_does_it_instead(hall: Neighbours) -> None:
    case_id = hall.apply()
    hall.do(case_id, "check", hall.cast.budi, result="complete", agency="dlh")
    assert set(Task.objects.filter(case_id=case_id, state="open").values_list("node", flat=True)) == {
        "ask_health", "ask_district",
    }  # fmt: skip
    (stuck,) = queries.list_stuck()
    assert (stuck.node, stuck.code) == ("ask_agency", "unit-unknown")
    again = Command(
        id=uuid4(), actor=CONSOLE, now=NOW, case_id=case_id, action="retry", token=stuck.token, reason="Coba lagi"
    )
    act(again)
    (stuck,) = queries.list_stuck()
    Unit.objects.filter(code=AGENCY).update(code="dlh")
    Unit.objects.filter(code="dlh").update(path=Unit.objects.get(code="dlh").path.replace(AGENCY, "dlh"))
    with pytest.raises(Conflict):  # under its old token nobody acts on it any more
        act(again.__class__(**{**{f: getattr(again, f) for f in again.__dataclass_fields__}, "id": uuid4()}))
    act(
        Command(
            id=uuid4(), actor=CONSOLE, now=NOW, case_id=case_id, action="retry", token=stuck.token, reason="Unit dibuka"
        )
    )
    assert queries.list_stuck() == []
    assert Task.objects.get(case_id=case_id, node="ask_agency").assignee_id == hall.heads[AGENCY].person_id
    assert faults() == []


def test_nobody_in_another_unit_handles_their_own_case_either(hall: Neighbours) -> None:
    Appointment.objects.filter(post__unit__code=AGENCY).delete()
    appoint(hall.cast.siti, "head", AGENCY)
    case_id = hall.apply()
    hall.do(case_id, "check", hall.cast.budi, result="complete", agency=AGENCY)
    task = Task.objects.get(case_id=case_id, node="ask_agency")
    assert task.unstaffed and task.assignee_id != hall.cast.siti.person_id
    number = Case.objects.get(id=case_id).number
    with pytest.raises(NotAllowed, match="own-case"):
        queries.open_case(hall.cast.siti.officer, number, now=NOW)
    assert [one.unit_code for one in queries.list_unstaffed(NOW)] == [AGENCY]


@pytest.mark.long
def test_three_sign_in_their_order_and_the_letter_holds_once_the_last_has() -> None:
    hall = Neighbours(second=True, third=True)
    cast, case_id = hall.cast, hall.apply()
    wahyu, tri, nur = (hall.heads[unit] for unit in (HEALTH, DISTRICT, AGENCY))
    hall.do(case_id, "check", cast.budi, result="complete", agency=AGENCY)
    for node, member in (("ask_health", wahyu), ("ask_agency", nur), ("ask_district", tri)):
        hall.do(case_id, node, member, advice="Setuju")
    hall.do(case_id, "decide", cast.ratna, outcome="grant", reason="Berkas lengkap")
    for signer in (tri, wahyu, nur):
        issuing.enroll_signer(
            actor=signer.officer, now=NOW, name=signer.name, organisation="Pemerintah", passphrase=PASSPHRASE
        )
    for at, (node, signer) in enumerate((("sign_grant", tri), ("sign_second", wahyu), ("sign_third", nur))):
        token = Task.objects.get(case_id=case_id, node=node, state="open").token
        letter = sign_seen(signer.officer, case_id, token, PASSPHRASE, NOW + at * DAY).letter
        assert letter.state == ("signed" if node == "sign_third" else "reserved")
    assert letter.signer_name == "Tri; Wahyu; Nur"
    pdf = letters.open_letter(cast.siti.citizen, letter.id, now=NOW + 3 * DAY)[1]
    judged = signing.verify(pdf, at=NOW + 3 * DAY)
    assert judged.valid and [one.signer for one in judged.signatures] == ["Tri", "Wahyu", "Nur"]
    assert Case.objects.get(id=case_id).status == "closed" and not LetterPart.objects.exists()
    assert faults() == []
