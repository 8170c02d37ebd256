"""For a minute an officer may undo what they did: from the page they land on, and from the case."""

from uuid import uuid4

from django.test import Client
from django.utils import timezone

from balai.base.outbox import Worker
from balai.base.pages import links
from balai.casework.cases import actions, queries
from balai.casework.notices.models import Notice

from .conftest import Office


def sent(row: queries.CaseRow, **answers: str) -> dict[str, str]:
    task = row.open_tasks[0]
    return {
        "command": str(uuid4()), "token": task.token, "node": task.node, "version": row.service_key, **answers,
    }  # fmt: skip


def test_what_was_sent_too_early_comes_back_with_its_answers(office: Office, budi: Client, ratna: Client) -> None:
    row, other = office.case(), office.case()
    Worker().drain(timezone.now())
    told = Notice.objects.count()
    siti, hers = office.enter(office.cast.siti, second_factor=False), links.path("citizen.case", row.number)
    before = siti.get(hers).context["moments"]
    wrong = sent(row, result="incomplete", missing="Foto papan nama belum terbaca")
    landed = budi.post(f"/meja/berkas/{row.number}/kerjakan/", wrong).headers["Location"]
    assert other.number in landed, "they land on the next case"
    offered = f'name="case" value="{row.number}"'
    for address in (landed, f"/meja/berkas/{row.number}/", "/meja/"):
        assert offered in budi.get(address).content.decode(), address
    assert offered not in ratna.get(f"/meja/berkas/{row.number}/").content.decode(), "nobody else's is offered"
    click = {"command": str(uuid4()), "case": row.number}
    for _ in range(2):
        back = budi.post("/meja/urungkan/", click)
        assert back.headers["Location"] == f"/meja/berkas/{row.number}/"
    page = budi.get(back.headers["Location"]).content.decode()
    assert "Foto papan nama belum terbaca" in page and "tidak ada yang diberi tahu" in page
    assert offered not in page and "diurungkan oleh petugasnya" in page
    Worker().drain(timezone.now() + 2 * actions.HELD)
    assert Notice.objects.count() == told
    assert siti.get(hers).context["moments"] == before, "nor does their page tell of it"
    assert queries.read_case(case_id=row.id).open_tasks[0].node == "check"


def test_what_can_no_longer_be_undone_is_said_with_the_state_it_has(
    office: Office, budi: Client, ratna: Client
) -> None:
    row, other = office.case(), office.case()
    for one in (row, other):
        budi.post(f"/meja/berkas/{one.number}/kerjakan/", sent(one, result="complete", location_seen="true"))
    assert ratna.post(f"/meja/berkas/{row.number}/kerjakan/", sent(queries.read_case(case_id=row.id), outcome="grant", reason="Sesuai")).status_code == 302  # fmt: skip
    answer = budi.post("/meja/urungkan/", {"command": str(uuid4()), "case": [row.number, other.number]}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[0][0] == "/meja/"
    assert f"{row.number}: Tidak dapat diurungkan lagi" in page and f"{other.number} kembali seperti sebelumnya" in page
    assert [queries.read_case(case_id=one.id).open_tasks[0].node for one in (row, other)] == ["sign_grant", "check"]
    assert budi.post("/meja/urungkan/", {"command": str(uuid4())}).status_code == 404
