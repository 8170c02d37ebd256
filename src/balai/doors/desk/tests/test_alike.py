"""Many tasks answered alike: one answer, one command for each case, and a decision only on what was opened."""

from uuid import uuid4

from django.test import Client
from django.utils import timezone

from balai.base.models import Entry
from balai.casework.cases import queries
from balai.doors.desk.shown.alike import AlikeTasks

from .conftest import Office, streamed

MANY = "/meja/sekaligus/"


def node_of(row: queries.CaseRow) -> str:
    return queries.read_case(case_id=row.id).open_tasks[0].node


def tasks_of(client: Client) -> list[str]:
    return [str(line.task_id) for line in client.get("/meja/").context["lines"]]


def sent(group: AlikeTasks, **answers: object) -> dict[str, object]:
    tasks = [str(row.task_id) for row in group.rows]
    return {"command": str(uuid4()), "deed": "complete", "group": group.key, "task": tasks, **answers}


def test_one_answer_is_given_to_each_by_itself_and_one_that_fails_stops_no_other(office: Office, budi: Client) -> None:
    rows = [office.case() for _ in range(3)]
    seen = budi.post(MANY, {"deed": "complete", "task": [*tasks_of(budi), "x"]})
    (group,) = seen.context["groups"]
    assert all(row.number in seen.content.decode() for row in rows) and not seen.context["left"]
    wrong = budi.post(MANY, sent(group, result="incomplete"))
    page = wrong.content.decode()
    assert wrong.status_code == 422 and 'name="missing"' in page, "what the answer asks further stands there now"
    assert {node_of(row) for row in rows} == {"check"}
    click = sent(group, result="complete", location_seen="true")
    office.do(rows[0], office.cast.budi, result="complete")  # by another window meanwhile
    told = streamed(budi.post(MANY, click))
    assert told.count("Berhasil") == 2 and "2 tugas berhasil" in told
    assert {node_of(row) for row in rows} == {"decide"}
    assert Entry.objects.filter(action="complete").count() == 3, "each has its own entry"
    assert budi.post(MANY, click, follow=True).redirect_chain[0][0] == "/meja/", "a second click is one deed each"
    assert Entry.objects.filter(action="complete").count() == 3
    assert all(f'value="{row.number}"' in told for row in rows[1:]), "each may be taken back"
    for said in ("2 berkas kembali seperti sebelumnya", "Tidak dapat diurungkan lagi"):
        back = budi.post("/meja/urungkan/", {"command": str(uuid4()), "all": "1"}, follow=True)
        assert said in back.content.decode()
    assert [node_of(row) for row in rows] == ["decide", "check", "check"]


def test_what_is_refused_in_one_case_is_told_beside_those_that_stand(office: Office, budi: Client) -> None:
    office.appoint(office.cast.ratna, "clerk")
    rows = [office.case() for _ in range(2)]
    for row in rows:
        office.do(row, office.cast.budi, result="complete", location_seen=True)
    ratna = office.enter(office.cast.ratna)
    for row in rows:
        ratna.get(f"/meja/berkas/{row.number}/")
    (group,) = ratna.post(MANY, {"deed": "complete", "task": tasks_of(ratna)}).context["groups"]
    # four-eyes is asked of each case: the first was checked by Ratna herself after all
    queries.Task.objects.filter(case_id=rows[0].id, node="check").update(done_by_id=office.cast.ratna.person_id)
    told = streamed(ratna.post(MANY, sent(group, outcome="grant", reason="Sesuai berkas")))
    assert "1 tugas berhasil" in told and "harus dikerjakan orang lain" in told
    assert [node_of(row) for row in rows] == ["decide", "sign_grant"]


def test_only_what_this_officer_opened_is_decided(office: Office, budi: Client, ratna: Client) -> None:
    rows = [office.case() for _ in range(3)]
    ratna.get(f"/meja/berkas/{rows[2].number}/")  # before it came to the decision
    office.now = timezone.now()
    for row in rows:
        office.do(row, office.cast.budi, result="complete", location_seen=True)
    ratna.get(f"/meja/berkas/{rows[0].number}/")
    tasks = tasks_of(ratna)
    seen = ratna.post(MANY, {"deed": "complete", "task": tasks})
    (group,) = seen.context["groups"]
    assert ([row.number for row in group.rows], group.decides) == ([rows[0].number], True)
    assert {row.number for row, _ in seen.context["left"]} == {
        rows[1].number,
        rows[2].number,
    }
    assert f'href="/meja/berkas/{rows[1].number}/"' in seen.content.decode()
    assert ratna.post(MANY, sent(group, outcome="grant")).status_code == 422, "a reason for the group"
    told = streamed(ratna.post(MANY, sent(group, outcome="grant", reason="Sesuai berkas") | {"task": tasks}))
    assert [node_of(row) for row in rows] == ["sign_grant", "decide", "decide"], "nothing unopened is decided by its id"
    assert "Lanjutkan 2 berkas lain" in told
    mine = budi.post(MANY, {"deed": "complete", "task": tasks})
    assert mine.status_code == 302, "what lies on others' desks is no part of one's own list"
