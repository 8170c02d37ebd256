"""`balai faults`: hurt a hall made for it while a client keeps sending, and prove afterwards that nothing was lost or done twice."""

import argparse
import json
import sys
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from balai.doors.console import installation

if TYPE_CHECKING:
    from balai.doors.console.faulting import HurtHall, StubbornApplicant

HELP = "hurt a hall made for it (killed processes, a failing disk, database, mail server, clock) under load, and prove that it lost nothing"
HEARD = 75.0  # seconds in which what happened to cases must be heard; what a clock ahead put off is found every 30 s
DEEP = ("journal", "cases", "replay", "letters", "notices", "files")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--rounds", type=int, default=40, metavar="N", help="how often something happens (default: 40)")
    parser.add_argument(
        "--seed", type=int, metavar="S", help="the same seed hurts in the same way (default: by the clock)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what happened and what was found as JSON")
    parser.add_argument(
        "--postgres", action="store_true", help="on a PostgreSQL of its own, which is killed and hangs too"
    )
    parser.add_argument(
        "--only", action="append", metavar="FAULT", help="hurt by this alone, such as 'disk full'; may be repeated"
    )
    parser.add_argument("--prepare", type=Path, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Go through the rounds; exit code 1 when something was lost, done twice or left behind."""
    if args.prepare:
        return _prepare(args)
    from balai.doors.console import faulting, hurting

    if unknown := set(args.only or ()) - set(hurting.FAULTS):
        print(f"There is no {min(unknown)!r}. There are: {', '.join(hurting.FAULTS)}.", file=sys.stderr)
        return 2
    seed = args.seed if args.seed is not None else int(time.time())
    dice, told, faults = Random(seed), [], []
    print(f"seed {seed}", flush=True)
    with hurting.make_hall(postgres=args.postgres) as (hall, sends):
        names = [name for name in hurting.possible(hall) if name in (args.only or hurting.FAULTS)]
        without = hurting.left_out(hall)
        for one in without:
            print(f"left out: {one}", flush=True)
        if not names:
            print("Nothing of this can be done here.", file=sys.stderr)
            return 2
        hall.open()
        hall.recover()
        client = faulting.StubbornApplicant(hall, sends["token"], sends["body"], Random(seed + 1))
        visitor = faulting.AskingVisitor(hall)
        client.start()
        visitor.start()
        for number, name in enumerate(draw(names, args.rounds, dice), 1):
            time.sleep(dice.uniform(0.2, 1.5))
            faults += hurting.befall(name, hall, dice)
            try:
                took = hall.recover()
            except TimeoutError as error:
                faults.append(f"{name}, round {number}: {error}")
                break
            told.append({"fault": name, "ready_after_s": round(took, 2)})
            print(f"{number:>5}  {name:<20} ready after {took:.1f} s", flush=True)
        client.stop()
        visitor.stop()
        faults += visitor.wrong + _unheard(hall)
        hall.close()
        faults += _judge(hall, client)
        if faults and hall.log.exists():
            print(hall.log.read_text(encoding="utf-8", errors="replace")[-6000:], file=sys.stderr)
    for fault in faults:
        print(f"  BAD  {fault}", file=sys.stderr)
    slowest = max((float(str(one["ready_after_s"])) for one in told), default=0.0)
    print(
        f"{len(told)} rounds, {len(client.accepted)} applications accepted in {client.asked} requests, "
        f"ready again after {slowest:.1f} s at most; {'nothing lost, nothing twice.' if not faults else f'{len(faults)} fault(s).'}"
    )
    if args.json:
        found = {
            "seed": seed, "rounds": told, "accepted": len(client.accepted), "faults": faults, "left_out": without,
            "refused": dict(client.refused), "pages": dict(visitor.answers), "slowest_page_s": round(visitor.slowest, 2),
        }  # fmt: skip
        args.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 1 if faults else 0


def draw(names: list[str], rounds: int, dice: Random) -> list[str]:
    """Draw what happens: each thing once before any comes again."""
    drawn: list[str] = []
    while len(drawn) < rounds:
        drawn += dice.sample(names, len(names))
    return drawn[:rounds]


def _unheard(hall: "HurtHall") -> list[str]:
    """Wait until all that happened to cases was heard."""
    end, left = time.monotonic() + HEARD, 0
    while time.monotonic() < end:
        left = hall.ask("SELECT count(*) FROM base_message WHERE state = 'waiting' AND topic = 'cases.happened'")[0]
        if not left:
            return []
        time.sleep(0.5)
    return [f"{left} thing(s) that happened to cases were not heard within {HEARD:.0f} s"]


def _judge(hall: "HurtHall", client: "StubbornApplicant") -> list[str]:
    """Find what was lost, done twice or left behind."""
    from balai.doors.console.faulting import STOPS

    faults = list(client.wrong) + ([] if client.accepted else ["no application was accepted: nothing was tried"])
    faults += [f"the hall did not end within {STOPS:.0f} s"] if hall.stubborn else []
    if left := hall.left_behind():
        faults.append(f"{len(left)} process(es) outlived the hall: {left}")
    there = set(hall.ask("SELECT number FROM cases_case"))
    lost = set(client.accepted.values()) - there
    faults += [f"{len(lost)} accepted application(s) are gone, such as {min(lost)}"] if lost else []
    if len(set(client.accepted.values())) != len(client.accepted):
        faults.append("two keys were answered with one number")
    if len(there) > len(client.accepted) + 1:  # the last one may be in hand
        faults.append(f"{len(there)} cases came of {len(client.accepted)} accepted applications")
    deep = hall.run("doctor", "--deep", "--json", "--home", str(hall.home))
    try:
        findings = json.loads(deep.stdout)
    except ValueError:
        return [*faults, f"the doctor did not answer: {deep.stderr[-300:]}"]
    seen = {one["check"] for one in findings}
    faults += [f"the doctor did not look at {check}" for check in DEEP if check not in seen]
    return faults + [one["words"] for one in findings if one["check"] in DEEP and one["state"] == "bad"]


def _prepare(args: argparse.Namespace) -> int:
    """Make the hall that is hurt, in a process of its own, and print a token for it."""
    from balai.doors.console import faulting

    args.home = args.prepare
    args.home.mkdir(mode=0o700, parents=True)
    (args.home / "DEMO").write_text("faults\n", encoding="utf-8")
    installation.load(args, demo=True)
    installation.migrate()
    print(json.dumps(faulting.prepare(args.home)))
    return 0
