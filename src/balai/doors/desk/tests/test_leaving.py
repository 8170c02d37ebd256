"""*Boleh pulang?* and *Semua berjalan* are green only when what they promise was looked at just now, and is so."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from balai.base import checks, watch
from balai.base.checks import Finding
from balai.base.models import Dispatch, Message
from balai.base.outbox import Worker
from balai.casework.cases.models import Case, Task
from balai.casework.issuing import press
from balai.casework.notices.models import Alert, Notice
from balai.doors.console import proving
from balai.records.people.models import Account

from .conftest import Office
from .test_admin import stick


@pytest.fixture
def chief(office: Office) -> Client:
    """Let Budi administer the installation beside his post."""
    Account.objects.filter(id=office.cast.budi.account_id).update(is_administrator=True, second_factor_required=True)
    return office.enter(office.cast.budi)


@pytest.fixture(autouse=True)
def record(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the record of each test's rounds to itself."""
    monkeypatch.setattr(watch, "_path", lambda: tmp_path / "status" / "checks.json")


def of(check: str) -> list[Finding]:
    """Make the rounds as the worker does, and give what was found under one name."""
    kept = watch.last_round()
    assert kept is not None
    return [one.finding for one in kept.seen if one.finding.check == check]


def rounds(office: Office) -> None:
    for minutes in (0, 5, 10):
        watch.look(office.now - timedelta(minutes=10 - minutes))


def only(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> None:
    monkeypatch.setattr(watch, "items", lambda: [checks.RoundItem(1, lambda home, now: iter(findings), False)])


# ---- what each of them sees ------------------------------------------------------------------------------------------


def refuse_mail(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        Dispatch.objects.create(
            port="mail", kind="code", address_masked="s***@…", sealed=b"", language="id", state="dead" if number else "failed",
            created_at=office.now - timedelta(hours=1), expires_at=office.now, last_error="SMTPRecipientsRefused",
        )  # fmt: skip


def break_the_press(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "_start", lambda: (_ for _ in ()).throw(OSError("no such program")))


def strand(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    Task.objects.filter(case_id=office.case().id).update(assignee=None, unstaffed=True)
    Account.objects.filter(id=office.cast.budi.account_id).update(is_active=False)


def stick_one(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    stick(office.case())


def silence_the_registry(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    Message.objects.create(
        topic="cases.errand", listener="a.b.run_errand", payload={"case": str(uuid4())}, created_at=office.now,
        due_at=office.now + timedelta(minutes=5), state="waiting", attempts=2, last_error="Unavailable: registry-unavailable",
    )  # fmt: skip


def be_late(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    Case.objects.filter(id=office.case().id).update(due_at=office.now - timedelta(days=200))


def leave_work(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    Message.objects.create(
        topic="cases.happened", listener="a.b.c", payload={}, created_at=office.now - timedelta(hours=1),
        due_at=office.now - timedelta(hours=1), state="waiting",
    )  # fmt: skip


def break_the_backup(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "read", lambda home: proving.Proof(office.now, "balai.tar", "3 part(s) are missing"))


TROUBLES: list[tuple[Callable[[Office, pytest.MonkeyPatch], None], str, str]] = [
    (refuse_mail, "mail", "3 surel"),
    (break_the_press, "letters", "tidak dapat disusun"),
    (strand, "work", "tidak dapat dikerjakan siapa pun"),
    (stick_one, "work", "tersendat"),
    (silence_the_registry, "lookups", "registry-unavailable"),
    (be_late, "late", "200 hari"),
    (leave_work, "outbox", "menunggu lebih dari lima menit"),
    (break_the_backup, "backup", "tidak dapat dipulihkan"),
]


@pytest.mark.parametrize(("trouble", "check", "words"), TROUBLES, ids=[one[0].__name__ for one in TROUBLES])
def test_the_round_finds_it_bad_and_the_page_says_it_and_is_not_green(
    office: Office, chief: Client, monkeypatch: pytest.MonkeyPatch, trouble: Callable[..., None], check: str, words: str
) -> None:
    trouble(office, monkeypatch)
    rounds(office)
    found = of(check)
    assert [one.state for one in found if words in one.indonesian] == ["note" if check == "late" else "bad"], found
    Account.objects.filter(id=office.cast.budi.account_id).update(is_active=True)
    page = chief.get("/meja/kelola/").content.decode()
    assert words in page and "Belum." in page
    assert "Semua berjalan" not in page and "<b>Ya.</b>" not in page


def test_officers_without_a_second_factor_are_named_with_what_to_do(office: Office, chief: Client) -> None:
    Authenticator.objects.filter(user_id=office.cast.ratna.account_id).delete()
    rounds(office)
    assert [one.state for one in of("officers")] == ["note"]
    assert "petugas belum punya faktor kedua" in chief.get("/meja/kelola/").content.decode()


# ---- what the page answers -------------------------------------------------------------------------------------------


def test_nobody_looked_is_no_green(office: Office, chief: Client) -> None:
    page = chief.get("/meja/kelola/").content.decode()
    assert "Tidak diketahui." in page and "Belum pernah diperiksa" in page
    assert "Semua berjalan" not in page


def test_an_old_round_is_no_green(office: Office, chief: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, Finding("mail", "good", "fine", "baik"))
    watch.look(office.now - timedelta(minutes=16))
    page = chief.get("/meja/kelola/").content.decode()
    assert "Tidak diketahui." in page and "balai worker" in page
    assert "Semua berjalan" not in page


def test_all_well_is_green(office: Office, chief: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, *(Finding(name, "good", "fine", "baik") for name in ("backup", "mail", "outbox", "keys")))
    watch.look(office.now)
    page = chief.get("/meja/kelola/").content.decode()
    assert "<b>Ya.</b>" in page and "Semua berjalan" in page


def test_a_backup_nobody_restored_keeps_one_there_though_nothing_is_broken(
    office: Office, chief: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, Finding("backup", "note", "never tried", "belum pernah dicoba"))
    watch.look(office.now)
    page = chief.get("/meja/kelola/").content.decode()
    assert "Belum." in page and "Belum pernah dicoba" in page
    assert "Semua berjalan" in page, "nothing must be mended"


# ---- who is told -----------------------------------------------------------------------------------------------------


def test_what_stays_bad_is_mailed_to_administrators_once_and_goes_when_it_is_good(
    office: Office, chief: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, Finding("certificates", "bad", "it ran out", "sertifikat habis"))
    watch.look(office.now)
    Worker().drain(office.now)
    assert not Alert.objects.filter(kind="watch").exists(), "once may pass by itself"
    later = office.now + timedelta(minutes=5)
    watch.look(later)
    Worker().drain(later)
    Worker().drain(later + timedelta(minutes=1))
    assert Alert.objects.get(kind="watch").subject == "certificates"
    told = Notice.objects.filter(event="alerts", channel="email", person_id=office.cast.budi.person_id)
    assert told.count() == 1
    only(monkeypatch, Finding("certificates", "good", "fine", "baik"))
    watch.look(later + timedelta(minutes=5))
    Worker().drain(later + timedelta(minutes=5))
    assert not Alert.objects.filter(kind="watch").exists()


# ---- what one can do about it ----------------------------------------------------------------------------------------


def test_a_test_mail_goes_to_ones_own_address_and_what_became_of_it_is_shown(office: Office, chief: Client) -> None:
    answer = chief.post("/meja/kelola/pemberitahuan/uji/", {"command": str(uuid4())}, follow=True)
    assert "Surel uji dalam perjalanan" in answer.content.decode()
    Worker().drain(office.now + timedelta(minutes=1))
    assert Dispatch.objects.get(kind="test").state == "sent"
    assert "Surel uji" in chief.get("/meja/kelola/pemberitahuan/?pesan=1").content.decode()


def test_an_officer_who_cannot_work_is_sent_the_invitation_again_and_nobody_else_sees_the_link(
    office: Office, chief: Client
) -> None:
    Authenticator.objects.filter(user_id=office.cast.ratna.account_id).delete()
    address = f"/meja/kelola/petugas/{office.cast.ratna.person_id}/undang/"
    assert f'action="{address}"' in chief.get("/meja/kelola/petugas/").content.decode()
    answer = chief.post(address, {"command": str(uuid4())}, follow=True).content.decode()
    assert "Undangan dikirim lagi" in answer and "/akun/password/" not in answer
    Worker().drain(office.now + timedelta(minutes=1))
    sent = Dispatch.objects.get(kind="invitation")
    assert sent.state == "sent" and sent.address_masked.startswith("r")
    assert office.enter(office.cast.ratna).post(address, {"command": str(uuid4())}).status_code == 404
    assert Dispatch.objects.filter(kind="invitation").count() == 1
