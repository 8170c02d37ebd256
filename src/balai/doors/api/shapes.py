"""The shapes that go in and out of the API."""

from datetime import datetime
from typing import Any

from ninja import Field, Schema
from pydantic import BaseModel


class PromiseOut(Schema):
    id: str = Field(description='"" where the service promises the same to everybody')
    amount: int
    unit: str = Field(description="working-days, days or hours")
    due: str = Field(description="the period in words")
    applies_to: str = Field(description="for which applications, in words; the first that fits counts")
    basis: str
    confirmed: bool = Field(description="an official has confirmed the period")


class ServiceOut(Schema):
    id: str
    version: str
    title: str
    summary: str
    in_force: bool
    issuer: str
    identity: str
    due: str = Field(description="the time the office has, in words")
    promises: list[PromiseOut] = Field(description="the same as data, one for each kind of application")
    taking: bool = Field(
        description="takes applications now; when false, an application is refused with `service-not-open`"
    )
    paused_reason: str = Field(description='why it takes none, in words; "" where it does')
    paused_until: str | None = Field(description="the last day it takes none, where that is known")
    unconfirmed: bool = Field(description="part of the law it rests on has not been confirmed by an official")


class ServiceDetail(ServiceOut):
    form: dict[str, Any] = Field(description="JSON Schema 2020-12 of the answers")


class DraftIn(Schema):
    service: str = Field(max_length=80)


class DraftOut(Schema):
    id: str
    secret: str = Field(description="shown once; needed to add files and to submit")


class FileOut(Schema):
    document: str
    name: str
    type: str
    size: int


class SubmitIn(BaseModel):
    """An application to be sent."""

    service: str = Field(max_length=80)
    answers: dict[str, Any] = Field(description="as the service's form says")
    draft: str | None = Field(default=None, max_length=36, description="the draft whose files the answers name")
    secret: str = Field(default="", max_length=64, description="the draft's secret")
    on_behalf_of: str | None = Field(default=None, max_length=36, description="the person applied for; needs a mandate")
    applicant: dict[str, str] = Field(
        default_factory=dict,
        description="what the service's letters print of the applicant and their record lacks: name, nik, nib, birth_place, "
        "birth_date (ISO 8601), address; where it takes several identity documents also document (ktp, kia, birth_certificate, "
        "sktt, itas, itap, passport, none), document_number, nationality, guardian",
    )


class SubmitOut(Schema):
    number: str
    track_code: str = Field(description="lets the holder follow the case without an account")


class TaskOut(Schema):
    token: str
    step: str
    title: str
    role: str
    due_at: datetime | None
    form: dict[str, Any] | None = Field(
        description="JSON Schema of what completing it takes; null when there is nothing to fill in"
    )


class HappeningOut(Schema):
    at: datetime
    action: str
    step: str


class LinkedOut(Schema):
    number: str
    service: str
    kind: str = Field(description="objection, correction or annulment")
    follows: bool = Field(description="it is about this case; else this case is about it")
    status: str
    outcome: str


class CaseOut(Schema):
    number: str
    service: str
    version: str
    status: str
    outcome: str
    unit: str
    submitted_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    paused: bool
    answers: dict[str, Any]
    tasks: list[TaskOut] = Field(description="open tasks this token's person may do")
    timeline: list[HappeningOut]
    external_ids: dict[str, str]
    linked: list[LinkedOut] = Field(default_factory=list, description="cases about this one, and the one it is about")


class CompleteIn(BaseModel):
    """What completing a task takes: the answers to its form."""

    data: dict[str, Any] = Field(default_factory=dict)


class MessageData(BaseModel):
    """What a message brings into a case: the answers to its form."""

    data: dict[str, Any] = Field(default_factory=dict)


class SendBackIn(BaseModel):
    """Why a head sends a case back to the officer before: the officer reads it, the applicant does not."""

    reason: str


class MovedOut(Schema):
    number: str
    status: str
    outcome: str
    revision: int
    next_steps: list[str]


class ListedOut(Schema):
    number: str
    service: str
    step: str
    token: str
    holder: str = Field(description="masked")
    status: str
    submitted_at: datetime
    due_at: datetime | None


class LetterOut(Schema):
    number: str
    title: str
    issuer: str
    date: str
    status: str = Field(description="valid, expired or revoked")
    holder: str = Field(description="masked")
    signer_title: str
    automatic: bool = Field(description="decided by a rule alone")
    demo: bool
    in_force: bool
    valid_until: str | None
