"""`balai replay NUMBER`: tell a case again from its journal alone, step by step, and prove that it leads to where it stands."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from balai.doors.console import cases, installation
from balai.engine import process

if TYPE_CHECKING:
    from balai.casework.cases.history import Position, Retold

HELP = "replay a case from its journal, step by step, and prove that it leads to where the case stands"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("number", metavar="NUMBER", help="the case's number")
    parser.add_argument("--step", type=int, metavar="N", help="show only the Nth step, with all its effects")


def run(args: argparse.Namespace) -> int:
    """Replay the case; exit code 1 when the replay parts from the live case, 2 when there is nothing to replay."""
    installation.load(args)
    from balai.base.errors import NotFound
    from balai.casework.cases import history

    position = cases.find(args.number)
    if position is None:
        return 2
    try:
        steps, fault = history.replay(position)
    except NotFound:
        print("The journal does not begin with a submission, or names a version that is not here.")
        return 2
    if args.step is not None and not 1 <= args.step <= len(steps):
        print(f"There are steps 1 to {len(steps)}.")
        return 2
    for number, step in enumerate(steps, start=1):
        if args.step in (None, number):
            _show(number, step, whole=args.step is not None)
    return _conclude(position, len(steps), fault)


def _conclude(position: "Position", count: int, fault: str) -> int:
    if fault:
        print(f"\nThe replay PARTS from the case. {fault}")
        return 1
    print(
        f"\n{count} steps replayed; the replay is where the case stands: {_where(position.state, position.service.graph)}"
    )
    return 0


def _show(number: int, step: "Retold", *, whole: bool) -> None:
    zone, graph = step.service.zone, step.service.graph
    print(f"{number:>3}  {cases.moment(step.at, zone)}  {_asked(step)}")
    print(f"       now at: {_where(step.move.state, graph)}{'' if step.agrees else '   NOT what the journal says'}")
    if not whole:
        return
    print(
        f"       journal line {step.seq}, {step.action} by {step.actor.partition(':')[0]}, version {step.service.version}"
    )
    if step.move.choices:
        print(f"       answers it hung on: {', '.join(map(str, step.move.choices))}")
    for effect in _effects(step.move):
        print(f"       {effect}")
    for token in step.move.state.tokens:
        print(
            f"       token {token.id} at {token.node}{f' under {token.parent}' if token.parent else ''} {token.mark}".rstrip()
        )


def _asked(step: "Retold") -> str:
    """Name the command in a few words: `complete 2`, `modify 3 -> decide`, `migrate to 2026.2`."""
    command = step.command
    name = type(command).__name__.lower()
    if isinstance(command, process.Modify):
        words = [f"{token} -> {node}" for token, node in command.moves]
        words += [f"end {token}" for token in command.end] + [f"add {node}" for node in command.add]
        return f"{name} {', '.join(words)} ({step.action})"
    if isinstance(command, process.Migrate):
        return f"{name} to {step.service.version}"
    rest = [str(getattr(command, part)) for part in ("token", "name", "code") if getattr(command, part, "")]
    return " ".join([name, *rest, f"({step.action})" if step.action != name else ""]).rstrip()


def _where(state: process.State, graph: process.Graph) -> str:
    if state.done:
        return "the end"
    return ", ".join(process.position(graph, state))


def _effects(move: process.Move) -> Iterator[str]:
    """Write each effect but the entering and leaving of nodes that carries no news."""
    for effect in move.effects:
        if isinstance(effect, process.Leave):
            continue
        values = [str(getattr(effect, name)) for name in type(effect).__slots__ if getattr(effect, name)]
        yield f"{type(effect).__name__}: {', '.join(values)}"
