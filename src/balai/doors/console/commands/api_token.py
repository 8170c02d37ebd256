"""`balai api-token`: give a machine a key."""

import argparse
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from balai.doors.console import installation

HELP = "make a token by which a machine acts for one person, within scopes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("name", help="what the machine is called in the journal")
    parser.add_argument("--email", required=True, help="the account of the person it acts for")
    parser.add_argument("--scope", action="append", required=True, help="cases:submit, cases:read or tasks:complete")
    parser.add_argument("--days", type=int, default=365)


def run(args: argparse.Namespace) -> int:
    """Make the token and print it, this once."""
    installation.load(args)
    from balai.base.actors import Actor
    from balai.doors.api.tokens import make_token
    from balai.records.people import queries as people

    account = people.find_account_by_email(args.email)
    person = people.find_person_of_account(account.id) if account else None
    if person is None:
        print(f"There is no account {args.email}.")
        return 1
    print(
        make_token(
            command_id=uuid4(), actor=Actor("system", "console", name="api-token"), now=datetime.now(UTC), name=args.name,
            person_id=person, scopes=args.scope, life=timedelta(days=args.days),
        )
    )  # fmt: skip
    return 0
