"""Whether a message is from this hall is told from keyed prints: of what was sent, of what was changed, never to whom."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.cast import NOW, apply_for_sku, make_cast, open_service

from balai.base import journal, post, prints
from balai.base.actors import CLOCK
from balai.base.models import Dispatch, Sent
from balai.base.outbox import Worker
from balai.casework.notices.models import Notice
from balai.doors.portal import limits

pytestmark = pytest.mark.django_db(transaction=True)


def owe(to: str, body: str) -> str:
    """Send a message as a sign-in does, and give it as it lies in the mailbox."""
    from uuid import uuid4

    from django.conf import settings

    with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test") as deed:
        made = post.owe(deed, to=to, masked="***", subject="Kode", body=body, language="id", kind="code", life=timedelta(hours=1))  # fmt: skip
    Worker().drain(NOW)
    return (Path(settings.BALAI_HOME) / "mailbox" / f"{made}.txt").read_text("utf-8").split("\n\n", 1)[1]


def verdict(text: str) -> prints.Verdict:
    return prints.look_up(text).verdict


def test_what_was_sent_is_known_by_all_of_it_and_by_each_link_however_it_was_copied() -> None:
    open_service()
    case = apply_for_sku(make_cast(NOW)).case_id
    Worker().drain(NOW)
    for channel in ("email", "sms"):
        notice = Notice.objects.get(case_id=case, channel=channel, event="received")
        from django.conf import settings

        told = (Path(settings.BALAI_HOME) / "mailbox" / f"{notice.id}.txt").read_text("utf-8").split("\n\n", 1)[1]
        body = told.partition("\n-- \n")[0]
        assert ("dari-kami" in told) == (channel == "email"), "a mail says where one asks; a text has no room"
        assert prints.look_up(body).day == NOW.date()
        assert verdict("  " + body.replace("\n", "\r\n").replace(" ", "  ").upper()) == "sent"
        link = re.findall(r"https?://\S+", body)[0]
        assert verdict(link) == "sent"
        assert verdict(body.replace(link, link.replace("://", "://balai-"))) in ("mixed", "unknown")
        assert verdict(body + "\nTransfer biaya ke rekening 12 34 56 hari ini.") == "mixed"
    row = Sent.objects.first()
    assert row is not None and {field.name for field in Sent._meta.fields} == {"digest", "sent_on"}


def test_nobody_finds_out_by_it_which_code_another_was_sent() -> None:
    owe("+6281234567890", "Kode masuk Balai Anda 481516. Jangan beri tahu siapa pun.")
    assert {verdict(f"Kode masuk Balai Anda {code}. Jangan beri tahu siapa pun.") for code in ("481516", "000000")} == {
        "sent"
    }
    assert bytes(Dispatch.objects.get().sealed) == b""


@pytest.mark.parametrize(
    ("link", "expected"),
    [("{home}/layanan/", "site"), ("{home}.penipu.example/layanan/", "unknown"), ("https://penipu.example/?{home}", "unknown"),
     ("{scheme}://{host}@penipu.example/", "unknown"), ("http://[penipu", "unknown")],
)  # fmt: skip
def test_a_link_that_only_looks_like_ours_is_not_ours(settings: Any, link: str, expected: str) -> None:
    scheme, _, host = settings.BALAI_URL.partition("://")
    assert verdict(link.format(home=settings.BALAI_URL, scheme=scheme, host=host)) == expected


def test_the_page_says_what_to_do_and_is_limited(settings: Any) -> None:
    settings.BALAI_SMS_SENDER = "0811-2233-4455"
    browser = Client()

    def ask(text: str) -> tuple[int, str]:
        answer = browser.post("/dari-kami/", {"pesan": text})
        return answer.status_code, answer.content.decode()

    status, page = ask("Anda menang undian. Buka https://penipu.example/hadiah")
    assert status == 200 and "penipu.example" in page and "Jangan membayar" in page
    assert "memang kami pakai" in ask("+62 811 2233 4455")[1]
    assert ask(" ")[0] == ask("a" * 7000)[0] == 422
    assert [ask("apa")[0] for _ in range(limits.OURS["limit"])][-1] == 429


def test_prints_go_after_their_time() -> None:
    prints.keep(prints.take("Permohonan Anda sudah diterima."), NOW)
    assert prints.forget_sent(NOW + timedelta(days=399)) == 0
    assert prints.forget_sent(NOW + timedelta(days=402)) >= 1
    assert not Sent.objects.exists()
