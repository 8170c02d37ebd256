"""`balai migrate-cases SERVICE --from V1 --to V2 --map a=b`: show what would become of each running case; --do does it."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from balai.doors.console import cases, installation

if TYPE_CHECKING:
    from balai.casework.cases.actions import MigrationPlan

HELP = "let running cases go on under another version of their service: shown first, done with --do"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("service", metavar="SERVICE", help="the service's id")
    for name, words in (("from", "the version the cases are under"), ("to", "the version they shall go on under")):
        parser.add_argument(
            f"--{name}",
            dest=f"version_{name}",
            required=True,
            metavar="VERSION",
            help=f"{words}: name, or key's beginning",
        )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="OLD=NEW",
        help="a step or flow that has another id in the new version",
    )
    parser.add_argument("--do", action="store_true", help="do it; without, nothing is changed")


def run(args: argparse.Namespace) -> int:
    """Show or do the migration, case by case; exit code 1 when a case cannot go on, 2 when a version is not there."""
    pairs = [each.partition("=") for each in args.map]
    if any(not old or not new for old, _, new in pairs):
        print("Write each --map as OLD=NEW.")
        return 2
    mapping = {old.strip(): new.strip() for old, _, new in pairs}
    installation.load(args)
    from balai.casework.cases import history

    keys = [_version(args.service, named) for named in (args.version_from, args.version_to)]
    if not all(keys):
        return 2
    running = history.list_running(args.service, keys[0])
    if not running:
        print(f"No running case of {args.service} is under {args.version_from}.")
        return 0
    done = [_one(case_id, keys[1], mapping, do=args.do) for case_id in running]
    return _conclude(len(running), sum(done), do=args.do)


def _version(service_id: str, named: str) -> str:
    """Find a version's key; say what there is where it is not found."""
    from balai.base.errors import BalaiError, NotFound
    from balai.casework.catalogue import queries as catalogue

    try:
        return catalogue.find_key(service_id, named)
    except NotFound:
        print(f"{service_id} has no version {named}. There are:")
        for key, version, published, current in catalogue.list_versions(service_id):
            print(f"  {version:<14} {key[:12]}  published {published:%Y-%m-%d}{'  open now' if current else ''}")
    except BalaiError as error:
        cases.refuse(error)
    return ""


def _one(case_id: UUID, key_to: str, mapping: dict[str, str], *, do: bool) -> bool:
    """Show one case, and migrate it when asked; tell whether it goes on. One case's refusal stops no other."""
    from balai.base.errors import BalaiError
    from balai.casework.cases import actions

    now = datetime.now(UTC)
    try:
        plan = actions.preview_migration(case_id=case_id, key_to=key_to, mapping=mapping, now=now)
        _show(plan)
        if do and plan.possible:
            actions.migrate_case(
                command_id=uuid4(), actor=cases.OPERATOR, now=now, case_id=case_id, key_to=key_to, mapping=mapping
            )
            print("  migrated")
    except BalaiError as error:
        print(f"{case_id}")
        cases.refuse(error)
        return False
    return plan.possible


def _show(plan: "MigrationPlan") -> None:
    print(f"{plan.number}  {plan.status}  {'can go on' if plan.possible else 'CANNOT go on'}")
    for note in plan.tokens:
        target = note.node_to or ("?" if note.problem else "taken back")
        moved = note.node_from if target == note.node_from else f"{note.node_from} -> {target}"
        print(f"  token {note.token} at {moved}  {'' if note.problem else note.note}".rstrip())
    for why in plan.why:
        print(f"  ! {why}")
    if plan.unasked:
        print(f"  asked anew, empty in this case: {', '.join(plan.unasked)}")
    if plan.left:
        print(f"  kept with the case, shown no more: {', '.join(plan.left)}")


def _conclude(total: int, able: int, *, do: bool) -> int:
    if do:
        print(f"\n{able} of {total} case(s) migrated, each in the journal.")
    else:
        print(f"\n{able} of {total} case(s) can go on. Nothing was changed; add --do to do it.")
    return 0 if able == total else 1
