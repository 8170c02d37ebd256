"""`balai case NUMBER`: where a case stands and what happened to it, without personal data; retry, move or end a token."""

import argparse
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from balai.doors.console import cases, installation

if TYPE_CHECKING:
    from balai.casework.cases.history import Position
    from balai.engine.process import Token

HELP = "show where a case stands, without personal data; retry, move or end a token with a reason"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("number", metavar="NUMBER", help="the case's number")
    parser.add_argument("--retry", metavar="TOKEN", help="try a stuck token, or an operation that got lost, again")
    parser.add_argument(
        "--move", action="append", default=[], metavar="TOKEN=NODE", help="move a token to another step or to an end"
    )
    parser.add_argument("--end", action="append", default=[], metavar="TOKEN", help="end a token beside others")
    parser.add_argument("--reason", default="", help="why; kept in the journal for good, so name no person")


def run(args: argparse.Namespace) -> int:
    """Do what is asked of the case, then show it; exit code 1 when it was refused, 2 when there is no such case."""
    installation.load(args)
    position = cases.find(args.number)
    if position is None:
        return 2
    if args.retry or args.move or args.end:
        code = _act(args, position)
        position = cases.find(args.number) if code == 0 else None
        if position is None:
            return code
    _show(position)
    return 0


def _act(args: argparse.Namespace, position: "Position") -> int:
    from balai.base.errors import BalaiError
    from balai.casework.cases.actions import Command, act

    moves = [tuple(part.strip() for part in each.partition("=")[::2]) for each in args.move]
    if (args.retry and (moves or args.end)) or not all(token and node for token, node in moves):
        print("Give --retry TOKEN alone, or --move TOKEN=NODE and --end TOKEN as often as needed.")
        return 2
    data = {} if args.retry else {"moves": moves, "end": args.end}
    try:
        act(
            Command(
                id=uuid4(), actor=cases.OPERATOR, now=datetime.now(UTC), case_id=position.id,
                action="retry" if args.retry else "move", token=args.retry or "", data=data, reason=args.reason,
            )
        )  # fmt: skip
    except BalaiError as error:
        return cases.refuse(error)
    print("Done, and written in the journal.\n")
    return 0


def _show(position: "Position") -> None:
    service, zone = position.service, position.service.zone
    print(f"{position.number}  {service.id} {service.version} ({service.key[:12]})")
    print(f"  {position.status}{f', {position.outcome}' if position.outcome else ''}; {position.unit_name}")
    print(f"  submitted {cases.moment(position.submitted_at, zone)}, due {cases.moment(position.due_at, zone)}")
    if position.paused_at:
        print(f"  the legal clock stands still since {cases.moment(position.paused_at, zone)}")
    if position.closed_at:
        print(f"  closed {cases.moment(position.closed_at, zone)}")
    if position.shredded:
        print("  its data was shredded; what follows needs none")
    _show_tokens(position)
    _show_past(position)


def _show_tokens(position: "Position") -> None:
    if position.state.tokens:
        print("\nOpen tokens:")
    for token in position.state.tokens:
        node = position.service.graph.nodes[token.node]
        print(f"  {token.id:>4}  {token.node:<24} {node.kind:<22} {_waits_for(position, token)}".rstrip())
    for token in position.stuck:
        print(f"\nSTUCK  token {token.id} at {token.node}: {token.stuck}")
        print(f'  ./balai case {position.number} --retry {token.id} --reason "…"')
        print(f'  ./balai case {position.number} --move {token.id}=STEP --reason "…"')


def _waits_for(position: "Position", token: "Token") -> str:
    zone = position.service.zone
    if token.stuck:
        return f"STUCK: {token.stuck}"
    if token.id in position.timers:
        return f"fires {cases.moment(position.timers[token.id], zone)}"
    if token.id in position.tasks:
        role, due = position.tasks[token.id]
        return f"{role}, due {cases.moment(due, zone)}"
    return ""


def _show_past(position: "Position") -> None:
    from balai.casework.cases import history

    print("\nJournal:")
    for seq, at, actor, action, body in history.list_happenings(position):
        when = cases.moment(at, position.service.zone)
        print(f"  {seq:>4}  {when}  {action:<18} {_who(actor):<18} {_what(body)}".rstrip())


def _who(actor: str) -> str:
    """Shorten a person's reference: enough to tell two apart, not a name."""
    kind, _, rest = actor.partition(":")
    return f"{kind}:{rest[:8]}" if rest else kind


def _what(body: Mapping[str, Any]) -> str:
    parts = [str(body["node"])] if body.get("node") else []
    parts += [f"-> {', '.join(passed)}"] if (passed := list(body.get("passed", ()))) else []
    parts += [" ".join(map(str, move)) for move in body.get("moves", ()) if move[0] in ("incident", "pause", "resume")]
    if body.get("version_to"):
        parts.append(f"{body['version_from']} -> {body['version_to']}")
    if body.get("reason"):
        parts.append(f"because: {body['reason']}")
    return "; ".join(parts)
