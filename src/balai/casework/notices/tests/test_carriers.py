"""Notices meet real servers: an SMTP conversation and an HTTP gateway on loopback, with every way they can refuse."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from tests.cast import NOW, apply_for_sku, make_cast, open_service

from balai.base.models import Message
from balai.base.outbox import MAX_ATTEMPTS, Worker
from balai.casework.notices import actions, carriers, queries
from balai.casework.notices.models import Notice

pytestmark = pytest.mark.django_db(transaction=True)
Say = Callable[[int], str]


@dataclass
class Postbox:
    """A mail server whose answers are scripted: one for each RCPT, by its number."""

    at_rcpt: Say = lambda _: "250 OK"
    at_data: Say = lambda _: "250 OK queued as 7"
    mails: list[Any] = field(default_factory=list)
    asked: int = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.asked += 1
        answer = self.at_rcpt(self.asked)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.at_data(self.asked)
        if answer == "drop":
            server.transport.abort()  # the line is cut after the text went over, before its receipt came back
            return "451 gone"
        if answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=default))
        return answer


class Loopback(Controller):
    """The server on a free port."""

    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="post.contoh", enable_SMTPUTF8=True)


@contextmanager
def post_office(settings: Any, box: Postbox) -> Iterator[Postbox]:
    """Open a post office and send the hall's mail through it."""
    controller = Loopback(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.BALAI_PLUGS = {**settings.BALAI_PLUGS, "mail": "smtp"}
    settings.BALAI_SMTP_HOST, settings.BALAI_SMTP_PORT, settings.BALAI_SMTP_TLS = "127.0.0.1", controller.port, ""
    settings.BALAI_MAIL_FROM, settings.BALAI_SMTP_USER = "Balai Kota <balai@samarinda.example>", ""
    try:
        yield box
    finally:
        controller.stop()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def case_id() -> UUID:
    open_service()
    return apply_for_sku(make_cast(NOW)).case_id


def by_channel(case_id: UUID, channel: str) -> Notice:
    return Notice.objects.get(case_id=case_id, channel=channel, event="received")


def test_a_mail_goes_over_and_its_receipt_is_kept(settings: Any, case_id: UUID) -> None:
    with post_office(settings, Postbox()) as box:
        Worker().drain(NOW)
    notice = by_channel(case_id, "email")
    (mail,) = box.mails
    assert (notice.state, notice.attempts, notice.last_error) == ("sent", 1, "")
    assert notice.receipt == f"250 <{notice.id}@samarinda.example>"
    assert mail["Message-ID"] == f"<{notice.id}@samarinda.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "id"
    assert notice.case.number in mail["Subject"] + mail.get_content()
    assert "@" in notice.address_masked and "*" in notice.address_masked


def test_greylisting_is_waited_out(settings: Any, case_id: UUID) -> None:
    with post_office(settings, Postbox(at_rcpt=lambda n: "451 4.7.1 try again later" if n == 1 else "250 OK")) as box:
        Worker().drain(NOW)
        notice = by_channel(case_id, "email")
        assert (notice.state, len(box.mails)) == ("failed", 0)
        assert "451" in notice.last_error
        Worker().drain(NOW + timedelta(minutes=1))
    notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.last_error, len(box.mails)) == ("sent", 2, "", 1)


def test_a_mailbox_that_does_not_exist_is_dead_at_once_and_an_operator_may_try_again(
    settings: Any, case_id: UUID
) -> None:
    with post_office(settings, Postbox(at_rcpt=lambda n: "550 5.1.1 no such user" if n == 1 else "250 OK")) as box:
        Worker().drain(NOW)
        notice = by_channel(case_id, "email")
        assert notice.state == "dead"
        assert "550" in notice.last_error
        assert Message.objects.get(payload__notice=str(notice.id)).state == "dead"
        assert [row.id for row in queries.list_by_state("dead")] == [notice.id]
        from uuid import uuid4

        actions.try_again(command_id=uuid4(), actor=make_cast(NOW).ratna.officer, now=NOW, notice_id=notice.id)
        Worker().drain(NOW)
    notice.refresh_from_db()
    assert (notice.state, len(box.mails)) == ("sent", 1)


@pytest.mark.parametrize("answer", ["550 5.1.1 <siti@balai.example> unknown", "451 siti@balai.example: greylisted"])
def test_what_a_carrier_says_is_kept_without_the_address_it_repeats(settings: Any, case_id: UUID, answer: str) -> None:
    with post_office(settings, Postbox(at_rcpt=lambda _: answer)):
        Worker().drain(NOW)
    notice = by_channel(case_id, "email")
    message = Message.objects.get(payload__notice=str(notice.id))
    for kept in (notice.last_error, message.last_error):
        assert answer[:3] in kept and "***" in kept and "siti" not in kept


def test_a_line_cut_in_the_middle_is_tried_again_under_the_same_message_id(settings: Any, case_id: UUID) -> None:
    with post_office(settings, Postbox(at_data=lambda n: "drop" if n == 1 else "250 OK")) as box:
        Worker().drain(NOW)
        notice = by_channel(case_id, "email")
        assert notice.state == "failed"
        Worker().drain(NOW + timedelta(minutes=1))
    notice.refresh_from_db()
    assert (notice.state, [mail["Message-ID"] for mail in box.mails]) == ("sent", [f"<{notice.id}@samarinda.example>"])


def test_a_dead_server_is_tried_for_days_and_then_told(settings: Any, case_id: UUID) -> None:
    settings.BALAI_PLUGS = {**settings.BALAI_PLUGS, "mail": "smtp"}
    settings.BALAI_SMTP_HOST, settings.BALAI_SMTP_PORT = "127.0.0.1", free_port()
    now = NOW
    for _ in range(MAX_ATTEMPTS + 1):
        Worker().drain(now)
        now += timedelta(hours=7)
    notice = by_channel(case_id, "email")
    assert (notice.state, notice.attempts) == ("dead", MAX_ATTEMPTS)
    assert "refused" in notice.last_error.lower()
    assert by_channel(case_id, "portal").state == "sent"
    assert by_channel(case_id, "sms").state == "sent", "one carrier's trouble stops no other"


# ---- the SMS gateway ------------------------------------------------------------------------------------------------


@dataclass
class Gateway:
    """An SMS gateway whose answers are scripted."""

    answers: list[tuple[int, str]]
    heard: list[tuple[dict[str, str], dict[str, str]]] = field(default_factory=list)
    stall: threading.Event = field(default_factory=threading.Event)


@contextmanager
def gateway(settings: Any, *answers: tuple[int, str]) -> Iterator[Gateway]:
    """Open a gateway on loopback; the answer 0 keeps silent until the caller has given up."""
    told = Gateway(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.heard.append((dict(self.headers), json.loads(body)))
            status, text = told.answers.pop(0)
            if status == 0:
                told.stall.wait(10)
                return
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.BALAI_PLUGS = {**settings.BALAI_PLUGS, "sms": "http"}
    settings.BALAI_SMS_URL, settings.BALAI_SMS_TOKEN = f"http://127.0.0.1:{server.server_port}/kirim", "rahasia"
    try:
        yield told
    finally:
        told.stall.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def test_a_text_goes_over_with_its_key(settings: Any, case_id: UUID) -> None:
    with gateway(settings, (200, '{"id": "sms-1"}')) as told:
        Worker().drain(NOW)
    notice = by_channel(case_id, "sms")
    headers, body = told.heard[0]
    assert (notice.state, notice.receipt) == ("sent", "sms-1")
    assert headers["Authorization"] == "Bearer rahasia"
    assert headers["Idempotency-Key"] == body["key"] == str(notice.id)
    assert body["to"].startswith("+62")


def test_a_gateway_that_falls_over_is_tried_again_with_the_same_key(settings: Any, case_id: UUID) -> None:
    with gateway(settings, (500, "oops"), (200, '{"id": "sms-2"}')) as told:
        Worker().drain(NOW)
        assert by_channel(case_id, "sms").state == "failed"
        Worker().drain(NOW + timedelta(minutes=1))
    assert by_channel(case_id, "sms").state == "sent"
    assert len({body["key"] for _, body in told.heard}) == 1


def test_a_number_the_gateway_refuses_is_dead_at_once(settings: Any, case_id: UUID) -> None:
    with gateway(settings, (422, "unknown number")):
        Worker().drain(NOW)
    notice = by_channel(case_id, "sms")
    assert notice.state == "dead"
    assert "unknown number" in notice.last_error


def test_an_answer_that_is_no_answer_is_tried_again(settings: Any, case_id: UUID) -> None:
    with gateway(settings, (200, "<html>busy</html>"), (200, '{"id": "sms-3"}')):
        Worker().drain(NOW)
        assert by_channel(case_id, "sms").state == "failed"
        Worker().drain(NOW + timedelta(minutes=1))
    assert by_channel(case_id, "sms").state == "sent"


def test_a_silent_gateway_runs_into_our_own_deadline(
    settings: Any, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = httpx.Timeout
    monkeypatch.setattr(carriers.httpx, "Timeout", lambda *_, **__: whole(0.3))
    with gateway(settings, (0, ""), (200, '{"id": "sms-4"}')) as told:
        Worker().drain(NOW)
        notice = by_channel(case_id, "sms")
        assert notice.state == "failed"
        assert "Timeout" in notice.last_error
        told.stall.set()
        Worker().drain(NOW + timedelta(minutes=1))
    assert by_channel(case_id, "sms").state == "sent"


# ---- a second carrier ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "state", "carrier"),
    [
        ((503, "no balance"), "sent", "sms:second"),
        ((422, "unknown number"), "dead", ""),
        ((200, '{"id": "s"}'), "sent", "sms"),
    ],
)
def test_a_second_carrier_is_asked_when_the_first_fails(
    settings: Any, case_id: UUID, first: tuple[int, str], state: str, carrier: str
) -> None:
    with gateway(settings, (200, '{"id": "second-1"}')) as second:
        settings.BALAI_SMS_SECOND_URL, settings.BALAI_SMS_SECOND_TOKEN = settings.BALAI_SMS_URL, "lain"
        with gateway(settings, first):
            settings.BALAI_PLUGS = {**settings.BALAI_PLUGS, "sms:second": "http"}
            Worker().drain(NOW)
    notice = by_channel(case_id, "sms")
    assert (notice.state, notice.carrier, len(second.heard)) == (state, carrier, int(carrier == "sms:second"))
    assert {headers["Authorization"] for headers, _ in second.heard} <= {"Bearer lain"}


def test_a_silent_carrier_is_asked_once_more_before_the_second_one(
    settings: Any, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = httpx.Timeout
    monkeypatch.setattr(carriers.httpx, "Timeout", lambda *_, **__: whole(0.3))
    settings.BALAI_PLUGS = {**settings.BALAI_PLUGS, "sms:second": "demo"}
    with gateway(settings, (0, ""), (0, "")) as told:
        Worker().drain(NOW)
        assert by_channel(case_id, "sms").state == "failed"
        Worker().drain(NOW + timedelta(minutes=1))
    assert (by_channel(case_id, "sms").carrier, len(told.heard)) == ("sms:second", 2)
