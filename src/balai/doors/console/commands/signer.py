"""`balai signer`: whose signing keys there are, and taking one out of use."""

import argparse
from datetime import UTC, datetime

from balai.doors.console import installation

HELP = "list the signing keys, or withdraw one: what was signed before stays valid"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("what", choices=("list", "withdraw"))
    parser.add_argument("email", nargs="?", default="", help="with `withdraw`: the signer's account")
    parser.add_argument("--reason", default="", help="with `withdraw`: why; it stands beside the key")


def run(args: argparse.Namespace) -> int:
    """List the keys, or withdraw one; exit code 1 when there was nothing to withdraw."""
    installation.load(args)
    return _list() if args.what == "list" else _withdraw(args.email, args.reason)


def _list() -> int:
    from balai.casework.issuing import queries
    from balai.records.people import queries as people
    from balai.records.people.rules import mask_contact

    rows = queries.list_signers(datetime.now(UTC))
    if not rows:
        print("Nobody has a signing key. A signer makes theirs at the desk, under Sign.")
        return 0
    contacts = people.list_sign_in_addresses([row.key.person_id for row in rows])
    for row in rows:
        who = contacts.get(row.key.person_id, "")
        print(
            f"{row.state:<9} until {row.key.valid_until:%Y-%m-%d}  {mask_contact(who) if who else 'no account':<24}"
            f" signed {row.signed}, waiting {row.waiting}"
        )
        if row.key.withdrawn_at is not None:
            print(f"          withdrawn {row.key.withdrawn_at:%Y-%m-%d}: {row.key.withdrawn_reason}")
    return 0


def _withdraw(email: str, reason: str) -> int:
    from balai.base.actors import Actor
    from balai.base.errors import Invalid, NotFound
    from balai.casework.issuing import actions
    from balai.records.people import queries as people

    person_id = people.find_person_by_email(email)
    if person_id is None:
        print(f"There is no account {email or '(name one)'}.")
        return 1
    try:
        actions.withdraw_signer(
            actor=Actor("system", "console", name="signer"), now=datetime.now(UTC), person_id=person_id, reason=reason
        )
    except NotFound:
        print(f"{email} has no signing key in use.")
        return 1
    except Invalid:
        print("Say why with --reason.")
        return 1
    print(f"{email}: the key signs nothing from now on. Letters signed before stay valid.")
    return 0
