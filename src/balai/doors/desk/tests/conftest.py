"""Officers at the door: a signed-in browser for each of the cast, and a case to work on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.utils import timezone
from tests import cast as the_cast
from tests.sessions import sign_in

from balai.casework.cases import actions, queries
from balai.doors.console.demo.cast import AUTHENTICATOR, CONSOLE, Cast, Member
from balai.records.offices import actions as office_actions
from balai.records.offices import queries as offices
from balai.records.people import policy as people_policy
from balai.records.people import queries as people
from balai.records.people.models import Account

SECRET = AUTHENTICATOR


@dataclass
class Office:
    """The town with its cast and one open service."""

    cast: Cast
    now: datetime

    def enter(self, member: Member, *, second_factor: bool = True) -> Client:
        """Sign a member in, with the second factor proved in the session or not."""
        return sign_in(member, second_factor=second_factor)

    def case(self, *, ago: timedelta = timedelta(0), **changes: Any) -> queries.CaseRow:
        """Let Siti apply, a while ago if told, and give her case."""
        made = the_cast.apply_for_sku(self.cast, now=self.now - ago, **changes)
        return queries.read_case(case_id=made.case_id)

    def appoint(self, member: Member, role: str, *, unit: str = "kel-64.72.05.1003") -> None:
        """Give a member who can enter the desk a post with a role in a unit, from yesterday on."""
        if not people_policy.has_authenticator_app(member.account_id):
            TOTP.activate(member_account(member), SECRET)
        unit_id = offices.get_unit(unit).id
        post = next(one for one in offices.list_posts(unit_id) if one.role == role)
        office_actions.appoint(
            command_id=uuid4(),
            actor=CONSOLE,
            now=self.now,
            post_id=post.id,
            person_id=member.person_id,
            from_date=self.now.date() - timedelta(days=1),
            basis="SK Contoh",
        )

    def do(self, row: queries.CaseRow, member: Member, **data: object) -> queries.CaseRow:
        """Let an officer do the open task of a case."""
        fresh = queries.read_case(case_id=row.id)
        actions.act(
            actions.Command(
                id=uuid4(),
                actor=member.officer,
                now=self.now,
                case_id=row.id,
                action="complete",
                token=fresh.open_tasks[0].token,
                data=data,
            )
        )
        return queries.read_case(case_id=row.id)


def member_account(member: Member) -> Account:
    return people.get_account(member.account_id)


@pytest.fixture
def office(db: None, settings: object) -> Office:
    """Build the town, put the cast in it and open the service."""
    now = timezone.now()
    cast = the_cast.make_cast(the_cast.NOW)
    the_cast.open_service()
    return Office(cast, now)


@pytest.fixture
def budi(office: Office) -> Client:
    return office.enter(office.cast.budi)


@pytest.fixture
def ratna(office: Office) -> Client:
    return office.enter(office.cast.ratna)


def streamed(answer: Any) -> str:
    """Read a streamed page to its end."""
    return b"".join(answer.streaming_content).decode()
