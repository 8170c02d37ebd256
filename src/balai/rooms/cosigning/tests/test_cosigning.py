"""Those who must agree: asked, answering by link and at the counter, reminded, replaced, asked anew; and every misuse of a link."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_grown
from tests.sessions import sign_in

from balai.base import crypto, holdings, plugs
from balai.base.actors import ANONYMOUS
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.models import Access
from balai.base.outbox import Worker
from balai.base.post import Parcel
from balai.casework.cases import actions as case_actions
from balai.casework.cases import queries as cases
from balai.casework.cases.actions import Command, act
from balai.casework.cases.models import Case, Task, Timer
from balai.casework.notices.models import Notice
from balai.engine.manifest.tests.grown_folder import ROOT, list_blocks
from balai.rooms.cosigning import actions, queries, rules
from balai.rooms.cosigning.models import Cosigner

pytestmark = pytest.mark.django_db(transaction=True)
HANDBOOK = (ROOT / "docs/handbook/service-author.md").read_text(encoding="utf-8")
JOKO, RINA, TONO = "9901010202900002", "9901010303900003", ""
PARTNERS = [
    {"name": "Joko Contoh", "share": "30", "phone": "0812 1111 2222", "nik": JOKO},
    {"name": "Rina Contoh", "share": "20", "phone": "0812 3333 4444", "nik": RINA},
    {"name": "Tono Contoh", "share": "10", "phone": "0812 5555 6666"},
]


class Post:
    """Keeps what was sent, in the place of a carrier."""

    def __init__(self) -> None:
        self.sent: list[Parcel] = []

    def send(self, parcel: Parcel) -> str:
        self.sent.append(parcel)
        return "ok"

    def secret_to(self, phone: str) -> str:
        """Give the secret of the newest link that went to a number."""
        body = [one.body for one in self.sent if one.to == phone and "/setuju/" in one.body][-1]
        found = re.search(r"/setuju/([0-9A-Z]+)/", body)
        assert found is not None
        return found[1]


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    kept, get = Post(), plugs.get
    monkeypatch.setattr(plugs, "get", lambda port: kept if port in ("sms", "mail") else get(port))
    yield kept


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)  # the doors' clock: a link ends by it
    made = make_cast(NOW)
    open_grown(list_blocks(HANDBOOK, "Ask others to agree"))
    return made


def asked(cast: Cast) -> Case:
    """Bring an application of Siti's to where three must agree."""
    case_id = apply_for_sku(cast, has_partner="ya", partners=PARTNERS).case_id
    Worker().drain(NOW)
    return Case.objects.get(id=case_id)


def row_of(case: Case, name: str) -> Cosigner:
    key = cases.read_case(case_id=case.id).key
    return next(one for one in queries.list_rows(case.id) if queries.open_row(one, key).name == name)


def answer(post: Post, phone: str, *, agrees: bool = True, reason: str = "", now: datetime = NOW) -> None:
    secret = post.secret_to(phone)
    _, shown = queries.open_link(secret, now, "id")
    actions.answer_link(
        command_id=uuid4(), actor=queries.BY_LINK, now=now, secret=secret, agrees=agrees, reason=reason, seen=shown.seen
    )
    Worker().drain(now)


def states(case: Case) -> dict[str, str]:
    key = cases.read_case(case_id=case.id).key
    return {queries.open_row(one, key).name: one.state for one in queries.list_rows(case.id)}


def open_node(case: Case) -> str:
    return ",".join(Task.objects.filter(case_id=case.id, state="open").values_list("node", flat=True))


def complete(case: Case, actor: Any, data: dict[str, Any], now: datetime = NOW) -> None:
    token = Task.objects.get(case_id=case.id, state="open").token
    act(Command(id=uuid4(), actor=actor, now=now, case_id=case.id, action="complete", token=token, data=data))
    Worker().drain(now)


def test_nobody_agrees_twice_nor_with_their_own_application(cast: Cast, post: Post) -> None:
    """Named twice under two names, or the applicant among them: two agreements would be one person's."""
    joko, rina, _ = PARTNERS
    case = asked(cast)
    siti = cases.read_case(case_id=case.id).data["applicant"]["nik"]
    own = {**rina, "nik": siti}
    for rows, path in (([joko, {**rina, "nik": JOKO}], "partners.1.nik"), ([joko, own], "partners.1.nik")):
        with pytest.raises(Invalid) as refused:
            apply_for_sku(cast, has_partner="ya", partners=rows)
        assert [*refused.value.fields] == [path]
    tono = row_of(case, "Tono Contoh")
    for nik in (JOKO, siti):
        with pytest.raises(Conflict, match="cosigning-twice"):
            actions.replace(
                command_id=uuid4(), actor=cast.siti.citizen, now=NOW, number=case.number, cosigner_id=tono.id,
                who={"name": "Lain Contoh", "phone": "0812 9999 0000", "email": "", "nik": nik},
            )  # fmt: skip
    # somebody may stand again in their own place, with another number
    joko_row = row_of(case, "Joko Contoh")
    actions.replace(
        command_id=uuid4(), actor=cast.siti.citizen, now=NOW, number=case.number, cosigner_id=joko_row.id,
        who={"name": "Joko Contoh", "phone": "0812 9999 1111", "email": "", "nik": JOKO},
    )  # fmt: skip
    assert states(case) == dict.fromkeys(("Joko Contoh", "Rina Contoh", "Tono Contoh"), rules.ASKED)


def test_three_agree_in_any_order_one_of_them_at_the_counter_and_one_is_replaced(cast: Cast, post: Post) -> None:
    case = asked(cast)
    assert open_node(case) == "" and Case.objects.get(id=case.id).paused_at == NOW
    assert cases.list_without_next_step() == []
    assert all("Siti" in one.body for one in post.sent if "/setuju/" in one.body)

    # by link, after the last digits of the NIK; a second click is one answer
    guest, secret = Client(), post.secret_to("+6281211112222")
    at = f"/setuju/{secret}/"
    page = guest.get(at).content.decode()
    assert "Empat angka" in page and "Warung" not in page
    assert guest.get(at)["Referrer-Policy"] == "same-origin", (
        "else a browser sends no origin, and every answer is refused"
    )
    assert "4 kali" in guest.post(at, {"digits": "1111"}).content.decode()
    assert guest.post(at, {"digits": JOKO[-4:]}).status_code == 302
    page = guest.get(at).content.decode()
    assert "Warung Siti" in page and "Saya mitra usaha ini" in page
    assert "0812" not in page and JOKO not in page and "Rina Contoh" in page
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen is not None
    assert guest.post(at, {"seen": seen[1], "answer": ""}).status_code == 422
    sent = {"seen": seen[1], "answer": "agree", "command": str(uuid4())}
    assert "Anda setuju" in guest.post(at, sent).content.decode()
    assert guest.post(at, sent).status_code == 404, "the link has done its work"
    assert Access.objects.filter(purpose=queries.PURPOSE, person_id=cast.siti.person_id).exists()

    # at the counter, by their card
    budi = sign_in(cast.budi)
    assert budi.post("/meja/loket/persetujuan/", {"number": case.number, "nik": JOKO}).status_code == 422, "answered"
    led = budi.post("/meja/loket/persetujuan/", {"number": case.number, "nik": RINA})
    assert led.status_code == 302
    page = budi.get(led["Location"]).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen is not None and "Rina Contoh" in page
    told = {"seen": seen[1], "answer": "agree", "command": str(uuid4())}
    assert budi.post(led["Location"], told).status_code == 422, "the card was not seen"
    assert budi.post(led["Location"], {**told, "card": "1"}).status_code == 302
    assert row_of(case, "Rina Contoh").officer_id == cast.budi.person_id

    # one refuses; the applicant is told that, not why, and names somebody else
    answer(post, "+6281255556666", agrees=False, reason="Saya tidak ikut usaha ini lagi")
    assert open_node(case) == ""
    notice = Notice.objects.filter(case_id=case.id, event=actions.REFUSAL)
    assert notice.exists()
    siti = sign_in(cast.siti)
    page = siti.get(f"/berkas/{case.number}/persetujuan/").content.decode()
    assert "Tidak setuju" in page and "tidak ikut" not in page
    assert "tidak ikut" in budi.get(f"/meja/berkas/{case.number}/").content.decode()
    tono = row_of(case, "Tono Contoh")
    way = f"/berkas/{case.number}/persetujuan/{tono.id}/ganti/"
    assert siti.post(way, {"name": "Dewi Contoh"}).status_code == 422, "nobody could send her a link"
    assert siti.post(way, {"name": "Dewi Contoh", "phone": "0812 7777 8888"}).status_code == 302
    Worker().drain(NOW)
    assert states(case) == {"Joko Contoh": "agreed", "Rina Contoh": "agreed", "Dewi Contoh": "asked"}
    assert sign_in(cast.joko).get(way).status_code == 404
    page = siti.get(f"/berkas/{case.number}/").content.decode()
    assert "Menunggu orang lain" in page and "Dewi Contoh" in page

    answer(post, "+6281277778888", now=NOW + timedelta(hours=1))
    assert open_node(case) == "check"
    told = cases.read_case(case_id=case.id).data["agree"]["cosigned"]
    assert [(one["name"], one["way"]) for one in told] == [
        ("Joko Contoh", "link"), ("Rina Contoh", "counter"), ("Dewi Contoh", "link")
    ]  # fmt: skip
    assert Case.objects.get(id=case.id).paused_at is None

    # corrected without touching what was shown: nobody is asked again; with another name of the business all are
    sent_before = len(post.sent)
    complete(case, cast.budi.officer, {"result": "incomplete", "missing": "Foto tidak jelas"})
    answers = dict(cases.read_case(case_id=case.id).data["apply"])
    complete(case, cast.siti.citizen, {**answers, "employees": 3})
    assert open_node(case) == "check" and not [one for one in post.sent[sent_before:] if "/setuju/" in one.body]
    complete(case, cast.budi.officer, {"result": "incomplete", "missing": "Nama usaha salah"})
    complete(case, cast.siti.citizen, {**answers, "business_name": "Warung Siti Jaya"})
    assert open_node(case) == "" and set(states(case).values()) == {"asked"}
    assert "Dewi Contoh" in states(case), "who was replaced stays so"


def test_a_link_that_is_guessed_passed_on_old_or_too_late_opens_nothing(cast: Cast, post: Post) -> None:
    case = asked(cast)
    secret = post.secret_to("+6281211112222")
    for wrong in ("A" * 26, "pendek", secret[:-1] + ("0" if secret[-1] != "0" else "1")):
        assert Client().get(f"/setuju/{wrong}/").status_code == 404
    guest = Client()
    for left in range(rules.TRIES - 1, 0, -1):
        assert f"{left} kali" in guest.post(f"/setuju/{secret}/", {"digits": "0000"}).content.decode()
    assert guest.post(f"/setuju/{secret}/", {"digits": "0000"}).status_code == 404
    assert guest.get(f"/setuju/{secret}/").status_code == 404, "it ended with the last try"

    # sent anew: the old one stays dead, the new one opens
    row = row_of(case, "Joko Contoh")
    siti = sign_in(cast.siti)
    way = f"/berkas/{case.number}/persetujuan/{row.id}/ingatkan/"
    assert siti.post(way, {"command": str(uuid4())}).status_code == 302
    Worker().drain(NOW)
    fresh = post.secret_to("+6281211112222")
    assert fresh != secret and Client().get(f"/setuju/{secret}/").status_code == 404
    assert Client().get(f"/setuju/{fresh}/").status_code == 200
    for actor in (cast.joko.citizen, cast.budi.officer, ANONYMOUS):
        with pytest.raises(NotFound):
            actions.remind(command_id=uuid4(), actor=actor, now=NOW, number=case.number, cosigner_id=row.id)
    for _ in range(rules.REMINDERS - 1):
        actions.remind(command_id=uuid4(), actor=cast.siti.citizen, now=NOW, number=case.number, cosigner_id=row.id)
    with pytest.raises(Conflict, match="cosigning-reminded"):
        actions.remind(command_id=uuid4(), actor=cast.siti.citizen, now=NOW, number=case.number, cosigner_id=row.id)

    # an answer to something else than what stands there now is refused
    one, tono = row_of(case, "Tono Contoh"), post.secret_to("+6281255556666")
    with pytest.raises(Conflict, match="cosigning-changed"):
        actions.answer_link(
            command_id=uuid4(), actor=queries.BY_LINK, now=NOW, secret=tono, agrees=True, reason="", seen="0" * 64
        )
    # the case concerns the officer; the term is over; the application was withdrawn
    with pytest.raises(NotAllowed, match="own-case"):
        queries.find_by_card(case.number, "", "tono  contoh", NOW, cast.siti.person_id)
    assert Client().get(f"/setuju/{tono}/").status_code == 200
    late = Timer.objects.get(case_id=case.id)
    assert late.due_at > NOW + timedelta(days=13)
    with pytest.raises(NotFound):
        queries.open_link(tono, late.due_at + timedelta(hours=1), "id")
    act(Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=case.id, action="withdraw", reason="Batal saja"))
    assert Client().get(f"/setuju/{tono}/").status_code == 404
    with pytest.raises(Conflict, match="cosigning-over"):
        actions.replace(
            command_id=uuid4(), actor=cast.siti.citizen, now=NOW, number=case.number, cosigner_id=one.id,
            who={"name": "Dewi", "phone": "+6281277778888", "email": "", "nik": ""},
        )  # fmt: skip


def test_the_term_brings_the_case_back_and_what_is_held_is_told(cast: Cast, post: Post) -> None:
    case = asked(cast)
    timer = Timer.objects.get(case_id=case.id)
    case_actions.fire(case.id, timer.token, timer.due_at, now=timer.due_at + timedelta(minutes=1))
    Worker().drain(timer.due_at + timedelta(minutes=1))
    assert open_node(case) == "correct"
    row = row_of(case, "Joko Contoh")
    assert row.nik_hash == crypto.lookup_hash("nik", JOKO)
    assert [number for number, _ in queries.list_about(JOKO)] == [case.number]
    assert any(one.key == "room_cosigning.asked" for one in holdings.holdings())
    assert b"Joko" not in bytes(row.sealed)


def test_one_click_of_two_is_one_answer(cast: Cast, post: Post) -> None:
    case = asked(cast)
    secret, command = post.secret_to("+6281255556666"), uuid4()
    _, shown = queries.open_link(secret, NOW, "id")
    row = row_of(case, "Tono Contoh")
    for _ in range(2):
        actions.record_answer(
            command_id=command, actor=queries.BY_LINK, now=NOW, case_id=case.id, cosigner_id=row.id, agrees=True,
            reason="", seen=shown.seen, way="link",
        )  # fmt: skip
    assert states(case)["Tono Contoh"] == "agreed"
    with pytest.raises(Conflict, match="cosigning-agreed"):
        actions.replace(
            command_id=uuid4(), actor=cast.siti.citizen, now=NOW, number=case.number, cosigner_id=UUID(str(row.id)),
            who={"name": "Dewi", "phone": "+6281277778888", "email": "", "nik": ""},
        )  # fmt: skip
