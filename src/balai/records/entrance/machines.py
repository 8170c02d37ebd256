"""How a machine's call comes in: who stands behind its token, the id of its deed, the shape of what is refused.

The API's own endpoints and those that rooms bring (`api.py`, a `router`) use the same words.
"""

from datetime import datetime
from typing import Annotated, Any, Literal, Protocol
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Header, Schema

from balai.base.actors import Actor
from balai.base.errors import Invalid, NotAllowed

Key = Annotated[str, Header(alias="Idempotency-Key", description="a UUID; the same one twice is one deed")]
Side = Literal["citizen", "officer"]  # as whom a token's person acts


class Machine(Protocol):
    """Who stands behind a token that was shown."""

    @property
    def person_id(self) -> UUID:
        """Give whose token it is."""

    @property
    def scopes(self) -> frozenset[str]:
        """Give what the token lets its holder do."""

    def as_citizen(self) -> Actor:
        """Give the person as a citizen acting through this machine."""

    def as_officer(self) -> Actor:
        """Give the person as an officer acting through this machine."""


class ProblemDetails(Schema):
    """Every refusal: RFC 9457 problem details with Balai's stable code and, for answers, the field at fault."""

    type: str = Field(description="a URN that names the code")
    title: str
    status: int
    code: str = Field(description="stable; see docs/reference/errors.md")
    detail: str = Field(description="what to do next, in the language asked for")
    fields: dict[str, str] = Field(default_factory=dict, description="dotted path of an answer: what is wrong with it")


REFUSALS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429), ProblemDetails)


def clock() -> datetime:
    """Read the clock, once for each call that comes in."""
    return timezone.now()


def holder_of(request: HttpRequest, scope: str) -> Machine:
    """Give who stands behind a call. :raises NotAllowed: when their token lacks the scope."""
    holder: Machine = request.auth  # type: ignore[attr-defined]
    if scope not in holder.scopes:
        raise NotAllowed
    return holder


def actor_of(request: HttpRequest, scope: str, side: str) -> Actor:
    """Give who acts: as an officer where the call says `side=officer`, else as a citizen. :raises NotAllowed:"""
    holder = holder_of(request, scope)
    return holder.as_officer() if side == "officer" else holder.as_citizen()


def command_id(key: str) -> UUID:
    """Read an idempotency key. :raises Invalid: when it is no UUID."""
    try:
        return UUID(key)
    except ValueError as error:
        raise Invalid(fields={"Idempotency-Key": "UUID"}) from error
