"""Messages for machines: the same threads, under the same rights, each call once."""

import json
import os
import subprocess
import sys
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service

from balai.base.actors import Actor
from balai.base.models import Access
from balai.doors.api.tokens import SCOPES, make_token
from balai.rooms.messages.models import Message

pytestmark = pytest.mark.django_db
CONSOLE = Actor("system", "console", name="test")


@pytest.fixture
def cast() -> Cast:
    return make_cast(NOW)


@pytest.fixture
def number(cast: Cast) -> str:
    open_service()
    return apply_for_sku(cast).number


def token_of(member: Any, *scopes: str) -> str:
    return make_token(
        command_id=uuid4(), actor=CONSOLE, now=timezone.now(), name="uji", person_id=member.person_id,
        scopes=list(scopes or SCOPES),
    )  # fmt: skip


def read(token: str, number: str, query: str = "") -> Any:
    return Client().get(f"/api/v1/cases/{number}/messages{query}", HTTP_AUTHORIZATION=f"Bearer {token}")


def write(token: str, number: str, text: str, query: str = "", key: object = None, **more: str) -> Any:
    return Client().post(
        f"/api/v1/cases/{number}/messages{query}", json.dumps({"text": text, **more}), content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {token}", HTTP_IDEMPOTENCY_KEY=str(key or uuid4()),
    )  # fmt: skip


def test_machines_of_both_sides_write_to_each_other_and_the_same_key_is_one_message(cast: Cast, number: str) -> None:
    siti, budi, key = token_of(cast.siti), token_of(cast.budi), uuid4()
    first = write(siti, number, "Kapan surat saya jadi?", key=key)
    assert first.status_code == 201, first.content
    assert write(siti, number, "Kapan surat saya jadi?", key=key).json() == first.json()
    assert read(siti, number).json()["answer_due_at"]
    assert write(budi, number, "Besok pagi.", "?side=officer").status_code == 201
    told = read(siti, number).json()
    assert [(one["text"], one["mine"]) for one in told["messages"]] == [
        ("Kapan surat saya jadi?", True), ("Besok pagi.", False),
    ]  # fmt: skip
    assert told["answer_due_at"] is None
    assert Message.objects.count() == 2


def test_the_internal_thread_is_there_for_officers_alone_and_their_reading_is_recorded(cast: Cast, number: str) -> None:
    siti, budi = token_of(cast.siti), token_of(cast.budi)
    assert write(budi, number, "Foto kabur?", "?side=officer", thread="internal").status_code == 201
    assert [one["text"] for one in read(budi, number, "?side=officer&thread=internal").json()["messages"]] == [
        "Foto kabur?"
    ]
    assert read(siti, number, "?thread=internal").status_code == 404
    assert write(siti, number, "Halo", thread="internal").status_code == 404
    assert Access.objects.filter(reader_id=cast.budi.person_id, purpose="api").exists()


def test_strangers_and_tokens_without_the_scope_are_refused(cast: Cast, number: str) -> None:
    assert read(token_of(cast.joko), number).status_code == 404
    assert write(token_of(cast.joko), number, "Halo").status_code == 404
    assert read(token_of(cast.siti, "cases:submit"), number).status_code == 403
    assert write(token_of(cast.siti, "cases:read"), number, "Halo").status_code == 403
    assert write(token_of(cast.siti), number, "   ").json()["code"] == "message-empty"
    assert Message.objects.count() == 0


@pytest.mark.one_database  # a process of its own tells; no table is asked
@pytest.mark.parametrize(("rooms", "there"), [("none", False), ("messages", True)])
def test_a_closed_room_answers_no_machine(rooms: str, there: bool, tmp_path: Any) -> None:
    told = subprocess.run(
        [sys.executable, "-c",
         "import django; django.setup(); import balai.project.urls; from balai.doors.api.web import api;"
         " print([path for path in api.get_openapi_schema()['paths'] if 'messages' in path])"],
        env=os.environ | {"BALAI_ROOMS": rooms, "BALAI_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "balai.project.settings"},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert ("/api/v1/cases/{number}/messages" in told) is there
