"""`balai api-token`: give a machine a key, see which there are, take one away."""

import argparse
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from balai.doors.console import installation

if TYPE_CHECKING:
    from balai.base.actors import Actor

HELP = "make a token by which a machine acts for one person, within scopes; `list` them, `revoke` one"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("name", help="what the machine is called in the journal; or `list`, or `revoke`")
    parser.add_argument(
        "token", nargs="?", default="", help="with `revoke`: the beginning of the id that `list` prints"
    )
    parser.add_argument("--email", default="", help="the account of the person it acts for")
    parser.add_argument(
        "--scope", action="append", default=[], help="cases:submit, cases:read, tasks:complete or messages:send"
    )
    parser.add_argument("--days", type=int, default=365, help="how long it is good for (default: 365)")
    parser.add_argument("--reason", default="", help="with `revoke`: why, for the list")


def run(args: argparse.Namespace) -> int:
    """Make the token and print it, this once; or list them, or revoke one."""
    installation.load(args)
    if not args.email and args.name in ("list", "revoke"):
        return _list() if args.name == "list" else _revoke(args.token, args.reason)
    if not args.email or not args.scope:
        print("A token needs --email and at least one --scope.")
        return 2
    return _make(args)


def _make(args: argparse.Namespace) -> int:
    from balai.base.errors import Invalid
    from balai.doors.api.tokens import make_token
    from balai.records.people import queries as people

    person = people.find_person_by_email(args.email)
    if person is None:
        print(f"There is no account {args.email}.")
        return 1
    try:
        print(
            make_token(
                command_id=uuid4(), actor=_console(), now=datetime.now(UTC), name=args.name, person_id=person,
                scopes=args.scope, life=timedelta(days=args.days),
            )
        )  # fmt: skip
    except Invalid as refused:
        print(*refused.fields.values(), sep="\n")
        return 1
    return 0


def _list() -> int:
    from balai.doors.api.tokens import list_tokens
    from balai.records.people.rules import mask_contact

    rows = list_tokens(datetime.now(UTC))
    if not rows:
        print("No machine has a token. `balai api-token NAME --email … --scope …` makes one.")
        return 0
    for row in rows:
        used = f"used {_day(row.last_used_at)}" if row.last_used_at else "never used"
        owner = mask_contact(row.contact) if row.contact else "no account"
        print(f"{str(row.id)[:8]}  {row.state:<8} until {_day(row.expires_at)}  {used:<15} {row.name}")
        print(f"          {row.owner_masked} <{owner}>  {' '.join(row.scopes)}  made {_day(row.created_at)}")
    return 0


def _revoke(beginning: str, reason: str) -> int:
    from balai.doors.api.tokens import find_tokens, revoke_token

    now = datetime.now(UTC)
    found = find_tokens(beginning, now) if len(beginning) >= 6 else []
    if len(found) != 1:
        print("Name one token by the beginning of its id, six letters or more; `balai api-token list` prints them.")
        return 1
    fresh = revoke_token(command_id=uuid4(), actor=_console(), now=now, token_id=found[0].id, reason=reason)
    print(f"{found[0].name}: {'revoked' if fresh else 'was revoked before'}.")
    return 0


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def _console() -> "Actor":
    from balai.base.actors import Actor

    return Actor("system", "console", name="api-token")
