"""`balai faults`: hurt a hall made for it while a client keeps sending, and prove afterwards that nothing was lost or done twice."""

import argparse
import json
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from balai.doors.console import installation

if TYPE_CHECKING:
    from balai.doors.console.faulting import Client, Hall

HELP = "hurt a hall made for it (killed processes, a held database, failing mail) under load, and prove that it lost nothing"
DEEP = ("journal", "cases", "replay", "letters", "notices", "files")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--rounds", type=int, default=40, metavar="N", help="how often something happens (default: 40)")
    parser.add_argument(
        "--seed", type=int, metavar="S", help="the same seed hurts in the same way (default: by the clock)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what happened and what was found as JSON")
    parser.add_argument("--prepare", type=Path, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Go through the rounds; exit code 1 when something was lost, done twice or left behind."""
    if args.prepare:
        return _prepare(args)
    from balai.doors.console import faulting

    seed = args.seed if args.seed is not None else int(time.time())
    dice, told = Random(seed), []
    print(f"seed {seed}", flush=True)
    with faulting.make_hall() as (hall, sends):
        hall.open()
        hall.recover()
        client = faulting.Client(hall, sends["token"], sends["body"], Random(seed + 1))
        client.start()
        for number in range(1, args.rounds + 1):
            time.sleep(dice.uniform(0.2, 1.5))
            name = dice.choice(list(faulting.FAULTS))
            faulting.FAULTS[name](hall, dice)
            took = hall.recover()
            told.append({"fault": name, "ready_after_s": round(took, 2)})
            print(f"{number:>5}  {name:<20} ready after {took:.1f} s", flush=True)
        client.stop()
        hall.close()
        faults = _judge(hall, client)
    for fault in faults:
        print(f"  BAD  {fault}", file=sys.stderr)
    slowest = max((float(str(one["ready_after_s"])) for one in told), default=0.0)
    print(
        f"{len(told)} rounds, {len(client.accepted)} applications accepted in {client.asked} requests, "
        f"ready again after {slowest:.1f} s at most; {'nothing lost, nothing twice.' if not faults else f'{len(faults)} fault(s).'}"
    )
    if args.json:
        found = {"seed": seed, "rounds": told, "accepted": len(client.accepted), "faults": faults}
        args.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 1 if faults else 0


def _judge(hall: "Hall", client: "Client") -> list[str]:
    """Find what was lost, done twice or left behind."""
    faults = list(client.wrong) + ([] if client.accepted else ["no application was accepted: nothing was tried"])
    if left := hall.left_behind():
        faults.append(f"{len(left)} process(es) outlived the hall: {left}")
    with closing(sqlite3.connect(hall.home / "balai.sqlite3")) as line:
        there = {row[0] for row in line.execute("SELECT number FROM cases_case")}
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
