"""What the administration reads across the floors below: officers, posts and their holders, the outbox, stuck cases.

Reads only, of ids, codes and masked values; names come through `names`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, OuterRef, Q

from balai.base import sql
from balai.base.models import Access, Message, SecurityEvent
from balai.casework.catalogue.models import ServiceVersion
from balai.engine import process
from balai.records.offices.models import Appointment, Post, Unit
from balai.records.offices.queries import in_force
from balai.records.people.models import Account

SHOWN = 100
OutboxRow = Message
# An authenticator app or a passkey; recovery codes alone are no second factor.
STRONG = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=("totp", "webauthn"))


# ---- offices --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit of the tree, how deep it lies, and how many posts of it are held today."""

    code: str
    name: str
    kind: str
    depth: int
    posts: int
    held: int


def list_unit_rows(on_date: date) -> list[UnitRow]:
    """List the units that exist, in the order of the tree, with what is vacant. Two queries."""
    posts = Post.objects.filter(closed_on__isnull=True).values("unit_id").annotate(count=Count("id"))
    wanted = {row["unit_id"]: row["count"] for row in posts}
    holders = Appointment.objects.filter(in_force(on_date), post__closed_on__isnull=True, stands_in_for__isnull=True)
    held = dict(holders.values_list("post__unit_id").annotate(Count("post_id", distinct=True)))
    units = Unit.objects.filter(closed_on__isnull=True).order_by("path")
    return [
        UnitRow(unit.code, unit.name, unit.kind, unit.path.count("/") - 2, wanted.get(unit.id, 0), held.get(unit.id, 0))
        for unit in units
    ]


@dataclass(frozen=True, slots=True)
class Holder:
    """One appointment as it stands on a date."""

    id: UUID
    person_id: UUID
    kind: str
    from_date: date
    to_date: date | None
    basis: str
    stands_in: bool


@dataclass(frozen=True, slots=True)
class PostRow:
    """One post with its holders of today and those to come."""

    id: UUID
    role: str
    title: str
    seats: int
    holders: tuple[Holder, ...]


def list_post_rows(unit_id: UUID, on_date: date) -> list[PostRow]:
    """List a unit's posts with who holds or will hold them. Two queries."""
    found = Appointment.objects.filter(post__unit_id=unit_id).exclude(to_date__lt=on_date).order_by("from_date")
    holders: dict[UUID, list[Holder]] = {}
    for row in found:
        holders.setdefault(row.post_id, []).append(
            Holder(
                row.id, row.person_id, row.kind, row.from_date, row.to_date, row.basis, row.stands_in_for_id is not None
            )
        )
    posts = Post.objects.filter(unit_id=unit_id, closed_on__isnull=True).order_by("role", "title")
    return [PostRow(post.id, post.role, post.title, post.seats, tuple(holders.get(post.id, ()))) for post in posts]


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """One account that may enter the desk, with its posts and whether its second factor is set."""

    person_id: UUID
    email: str
    posts: tuple[str, ...]
    administrator: bool
    active: bool
    second_factor: bool
    last_login: datetime | None


def list_officers(on_date: date) -> list[OfficerRow]:
    """List the accounts that hold a post, administer, or were invited to: those of whom a second factor is required."""
    held: dict[UUID, list[str]] = {}
    rows = Appointment.objects.filter(in_force(on_date)).values_list("person_id", "post__title", "post__unit__name")
    for person_id, title, unit in rows.order_by("post__unit__path"):
        held.setdefault(person_id, []).append(title if unit in title else f"{title}, {unit}")
    accounts = (
        Account.objects.filter(Q(person__id__in=held) | Q(is_administrator=True))
        .select_related("person")
        .annotate(strong=Exists(STRONG))
        .distinct()
    )
    return [
        OfficerRow(
            account.person.id,
            account.email or "",
            tuple(held.get(account.person.id, ())),
            account.is_administrator,
            account.is_active,
            account.strong,
            account.last_login,
        )
        for account in accounts.order_by("email")
    ]


def list_officer_contacts() -> list[str]:
    """List the e-mail addresses of those who hold or held a post or administer, to be chosen from when appointing."""
    held = Appointment.objects.values_list("person_id", flat=True)
    accounts = Account.objects.filter(
        Q(person__id__in=held) | Q(is_administrator=True), is_active=True, email__isnull=False
    )
    return sorted(email for email in accounts.values_list("email", flat=True).distinct()[:500] if email)


def find_person_by_email(email: str) -> UUID | None:
    """Find the person behind an active account by its e-mail address, whatever its case."""
    found = Account.objects.filter(email__iexact=email.strip(), is_active=True, person__isnull=False)
    return found.values_list("person__id", flat=True).first()


def count_officers(on_date: date) -> int:
    """Count the persons who hold a post."""
    return Appointment.objects.filter(in_force(on_date)).values("person_id").distinct().count()


# ---- services -------------------------------------------------------------------------------------------------------


def list_versions() -> list[tuple[str, str, str, datetime, bool]]:
    """List every published version: (service, version, key, when, current), newest first."""
    found = ServiceVersion.objects.order_by("service_id", "-published_at")
    return list(found.values_list("service_id", "version", "key", "published_at", "current"))


# ---- the machine room -----------------------------------------------------------------------------------------------


def count_messages() -> dict[str, int]:
    """Count the outbox: waiting, of these already failed at least once, and dead."""
    found = Message.objects.aggregate(
        waiting=Count("id", filter=Q(state="waiting")),
        failing=Count("id", filter=Q(state="waiting", attempts__gt=0) & ~Q(last_error="")),
        dead=Count("id", filter=Q(state="dead")),
    )
    return {name: int(value) for name, value in found.items()}


def list_messages(state: str) -> list[Message]:
    """List messages of the outbox in a state, those due first; payloads hold ids only."""
    return list(Message.objects.filter(state=state).order_by("due_at")[:SHOWN])


def list_security_events() -> list[SecurityEvent]:
    """List the newest refusals and alarms."""
    return list(SecurityEvent.objects.order_by("-id")[:SHOWN])


def list_accesses(*, case_id: UUID | None = None, before: int | None = None, limit: int = 50) -> list[Access]:
    """List who read whose data and what for, newest first; of one case, or before a row of the log."""
    found = Access.objects.filter(**({"object": f"case:{case_id}"} if case_id else {}))
    return list((found.filter(id__lt=before) if before else found).order_by("-id")[:limit])


@dataclass(frozen=True, slots=True)
class Stuck:
    """One token that cannot go on by itself."""

    case_id: UUID
    number: str
    service_id: str
    service_key: str
    token: str
    node: str
    code: str


def list_stuck() -> list[Stuck]:
    """List the steps of open cases that an operator must look at; a stuck token bears `!` and a code."""
    rows = sql.rows(
        "SELECT id, number, service_id, service_key, state FROM cases_case"
        " WHERE status <> 'closed' AND CAST(state AS text) LIKE %s ORDER BY submitted_at LIMIT %s",
        ['%"!%', SHOWN],
    )
    return [stuck for row in rows for stuck in _stuck(row)]


def _stuck(row: tuple[Any, ...]) -> list[Stuck]:
    state, case_id = process.State.from_json(sql.as_json(row[4])), sql.as_uuid(row[0])
    assert case_id is not None
    return [
        Stuck(case_id, row[1], row[2], row[3], token.id, token.node, token.stuck)
        for token in state.tokens
        if token.stuck
    ]
