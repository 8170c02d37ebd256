"""Messages for machines: a case's threads read and written, as at the portal and the desk."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from balai.records.entrance.machines import REFUSALS, Key, Side, actor_of, clock, command_id
from balai.rooms.messages import actions, queries
from balai.rooms.messages.models import PUBLIC

router = Router(tags=["messages"])
Kind = Literal["public", "internal"]


class MessageFileOut(Schema):
    document: UUID
    name: str
    size: int = Field(description="bytes")
    type: str


class MessageOut(Schema):
    at: datetime
    side: str = Field(description="applicant or office")
    mine: bool = Field(description="written by the token's person, or on the applicant's side by theirs")
    text: str
    note: bool = Field(description="a note that an officer left on the case; internal only")
    files: list[MessageFileOut]


class ThreadOut(Schema):
    thread: str
    answer_due_at: datetime | None = Field(description="until when the office owes an answer")
    messages: list[MessageOut] = Field(description="oldest first")


class MessageIn(Schema):
    text: str = Field(max_length=20_000)
    thread: Kind = "public"


class WrittenOut(Schema):
    message: UUID


@router.get("/cases/{number}/messages", response={200: ThreadOut, **REFUSALS})
def list_messages(request: HttpRequest, number: str, side: Side = "citizen", thread: Kind = "public") -> Any:
    """Read a thread of a case; an officer's reading is recorded. The internal one is there for officers alone."""
    actor = actor_of(request, "cases:read", side)
    view = queries.open_thread(actor, number, now=clock(), kind=thread, purpose="api")
    own = [one.side == view.side if view.kind == PUBLIC else one.author_id == actor.person_id for one in view.written]
    return {
        "thread": thread, "answer_due_at": view.answer_due_at,
        "messages": [
            {
                "at": one.at, "side": one.side, "mine": mine, "text": one.text, "note": one.note,
                "files": [
                    {"document": file.document_id, "name": file.name, "size": file.size, "type": file.type}
                    for file in one.files
                ],
            }
            for one, mine in zip(view.written, own, strict=True)
        ],
    }  # fmt: skip


@router.post("/cases/{number}/messages", response={201: WrittenOut, **REFUSALS})
def write_message(
    request: HttpRequest, number: str, body: MessageIn, idempotency_key: Key, side: Side = "citizen"
) -> Any:
    """Write into a thread of a case. An applicant's message sets until when the office answers, an office's ends that."""
    actor = actor_of(request, "tasks:complete" if side == "officer" else "cases:submit", side)
    written = actions.write(
        command_id=command_id(idempotency_key), actor=actor, now=clock(), number=number, text=body.text,
        kind=body.thread,
    )  # fmt: skip
    return Status(201, {"message": written})
