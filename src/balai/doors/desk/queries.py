"""What the administration puts together from two floors: officers are accounts of people and posts of offices."""

from dataclasses import dataclass
from datetime import date

from balai.records.offices import queries as offices
from balai.records.people import queries as people


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """One account that may enter the desk, with its posts."""

    account: people.AccountRow
    posts: tuple[str, ...]


def list_officers(on_date: date) -> list[OfficerRow]:
    """List the accounts that hold a post, administer, or were invited to: those of whom a second factor is required."""
    held = offices.list_post_titles(on_date)
    return [OfficerRow(row, held.get(row.person_id, ())) for row in people.list_desk_accounts(list(held))]


def list_officer_contacts() -> list[str]:
    """List the e-mail addresses of those who hold or held a post or administer, to be chosen from when appointing."""
    found = people.list_desk_accounts(list(offices.list_ever_appointed()))
    return [row.email for row in found if row.email and row.active][:500]


def list_appointable() -> list[people.AccountRow]:
    """List the accounts of whoever holds or held a post, administers, or was invited and waits for a first post."""
    return people.list_desk_accounts([*offices.list_ever_appointed(), *people.list_invited()])
