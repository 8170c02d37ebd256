"""Texts that come in: who asks by number and code is answered once, in 160 letters that any phone shows, and names nobody."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import NOW, apply_for_sku, make_cast, open_service

from balai.base.models import Access, Dispatch
from balai.base.outbox import Worker
from balai.base.pages import texts
from balai.casework.cases import queries as cases
from balai.casework.notices import rules
from balai.casework.notices.models import Notice
from balai.doors.portal import limits

pytestmark = pytest.mark.django_db(transaction=True)
KEY, PHONE = "rahasia-gerbang-sms", "+6281234567890"


@pytest.fixture
def case_id(settings: Any) -> UUID:
    settings.BALAI_SMS_IN_KEY = KEY
    open_service()
    return apply_for_sku(make_cast(NOW)).case_id


def send(text: str, message: str, phone: str = PHONE) -> int:
    told = {"from": phone, "text": text, "id": message}
    return Client().post("/sms/masuk/", told, headers={"Authorization": f"Bearer {KEY}"}).status_code


def answers(settings: Any) -> list[str]:
    """Let the worker carry what is owed, and give what lies in the mailbox for the phone."""
    Worker().drain(timezone.now())
    box = Path(settings.BALAI_HOME) / "mailbox"
    told = [(box / f"{one.id}.txt").read_text("utf-8") for one in Dispatch.objects.filter(kind="status-text")]
    assert all(one.startswith(f"To: {PHONE}\n") for one in told)
    return [one.partition("\n\n")[2].strip() for one in told]


def test_a_text_with_number_and_code_is_answered_once_and_is_a_reading(settings: Any, case_id: UUID) -> None:
    row = cases.read_case(case_id=case_id)
    code = row.data["contact"]["track_code"]
    typed = f" status {row.number.lower().replace('-', ' ')} {code[:10].lower()} {code[10:]}. "
    assert [send(typed, "m-1"), send(typed, "m-1")] == [204, 204]
    (said,) = answers(settings)
    assert row.number in said and len(said) <= 160 and rules.short_text(said) == said
    assert not set(row.data["applicant"]["name"].lower().split()) & set(said.lower().split())
    (read,) = Access.objects.filter(purpose="track-text")
    assert (read.object, read.person_id, read.channel) == (f"case:{case_id}", row.applicant_id, "sms")
    sent = Dispatch.objects.get(kind="status-text")
    assert (sent.state, bytes(sent.sealed)) == ("sent", b"") and PHONE not in sent.address_masked


def test_what_is_no_pair_is_answered_alike_and_read_by_nobody(settings: Any, case_id: UUID) -> None:
    number = cases.read_case(case_id=case_id).number
    for at, asked in enumerate(
        (f"{number} {'A' * 20}", f"SKU-AAAA-AAAA {'A' * 20}", number, "", f"{number} {'7' * 19}")
    ):
        send(f"STATUS {asked}", f"w-{at}")
    send("BANTUAN", "h-1")
    told = answers(settings)
    assert sorted(told) == sorted(
        [texts.say("notices.status-text.wrong", "id")] * 5 + [texts.say("notices.status-text.help", "id")]
    )
    assert not Access.objects.filter(purpose="track-text").exists()


def test_who_tries_codes_is_dropped_unanswered_and_locks_nobody_out(settings: Any, case_id: UUID) -> None:
    row = cases.read_case(case_id=case_id)
    right, few, many = (
        f"STATUS {row.number} {row.data['contact']['track_code']}",
        *(one["limit"] for one in (limits.OTHER_TEXTS, limits.TEXTS)),
    )

    def answered() -> int:
        return Dispatch.objects.filter(kind="status-text").count()

    tries = [f"STATUS {row.number} {letter * 20}" for letter in "ABCDEFGHJK"][: few + 3]
    assert {send(text, f"f-{at}") for at, text in enumerate(tries)} == {204}
    assert answered() == few  # in vain, from one phone
    settings.BALAI_SMS_IN_HOUR = 3 * (few + 1)
    for at in range(4):
        send(tries[0], f"g-{at}", f"+62812345678{at:02}")
    assert answered() == few + 1  # a third of what the hall gives, from however many phones
    for at in range(many + 2):  # the phone and the case that were tried are still answered
        send(right, f"r-{at}")
    assert answered() == few + 1 + many
    send(right, "r-other", "+6281234567899")
    assert answered() == few + 1 + many  # one case is told so often a day, wherever it is asked from
    send("BANTUAN", "short", "7878")
    assert answered() == few + 1 + many


def test_only_who_holds_the_key_comes_in(settings: Any, case_id: UUID) -> None:
    body = json.dumps({"sender": PHONE, "message": "BANTUAN", "message_id": 7})
    sign = hmac.new(KEY.encode(), body.encode(), hashlib.sha256).hexdigest()

    def post(body: str, **headers: str) -> int:
        return Client().post("/sms/masuk/", body, content_type="application/json", headers=headers).status_code

    assert post(body, **{"X-Signature": f"sha256={sign}"}) == 204
    assert post(body.replace("7", "8"), **{"X-Signature": f"sha256={sign}"}) == 404
    assert [post(body), post(body, Authorization="Bearer x"), post("[")] == [404, 404, 404]
    settings.BALAI_SMS_IN_KEY = ""
    assert [post(body), post(body, Authorization="Bearer ")] == [404, 404]
    assert Dispatch.objects.filter(kind="status-text").count() == 1


def test_every_answer_fits_one_text_that_any_phone_shows() -> None:
    longest = {"number": "SKTMX-7K3M-Q2XF", "due": "30 September 2026"}
    for lang in ("id", "en"):
        for name in ("open", "due", "waiting", "granted", "deemed_granted", "handed_over", "refused", "lapsed", "withdrawn",
                     "wrong", "help"):  # fmt: skip
            said = texts.say(f"notices.status-text.{name}", lang, **longest)
            assert rules.short_text(said) == said, (lang, name, len(said))
    assert rules.short_text("Ruf “é”–ş漢 [x]" + "€" * 90) == 'Ruf "é"-s? [x]' + "€" * 72


def test_what_a_gateway_reports_is_kept_and_shown(settings: Any, case_id: UUID) -> None:
    Worker().drain(NOW)
    Notice.objects.filter(case_id=case_id, channel="sms").update(receipt="sms-1")
    for receipt, status in (
        ("sms-1", "SENT"),
        ("sms-1", "UNDELIV"),
        ("sms-1", "DELIVRD"),
        ("sms-1", "failed"),
        ("sms-2", "failed"),
    ):
        told = {"id": receipt, "status": status, "key": KEY}
        assert Client().post("/sms/kabar/", told).status_code == 204
    notice = Notice.objects.get(case_id=case_id, channel="sms", event="received")
    assert notice.delivery == "delivered" and notice.delivery_at is not None
    assert Client().post("/sms/kabar/", {"id": "sms-1", "status": "failed"}).status_code == 404
