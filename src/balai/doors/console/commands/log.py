"""`balai log`: watch a hall's public log from outside, and keep the keys of one's own."""

import argparse
import json
import sys
import urllib.error
import urllib.request
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from balai.base.tlog import follow, notes, tiles, witness
from balai.doors.console import anchoring, installation

HELP = "watch a hall's public log, from anywhere; show, rotate and retire the keys of one's own; anchor it on a chain"
PATIENCE, MOST = 20, 17_000_000  # seconds, bytes of a file: 256 entries of 65,535 bytes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument(
        "deed", choices=["watch", "keys", "rotate", "retire", "anew", "anchor"],
        help="watch: see whether a log only grows and its files hold; keys: print this hall's keys; rotate: have a new key sign beside"
        " the old one; retire: have an old key sign no more; anew: after an old backup was restored, publish as another log, which witnesses and"
        " watchers are told of; anchor: have checkpoints kept by a contract on an EVM chain (set-up, status, now), or verify that they are (verify)",
    )  # fmt: skip
    parser.add_argument(
        "what",
        nargs="?",
        default="",
        metavar="URL|ID|WHAT",
        help="watch: the log's address (https://…/log) or a folder with its files; retire: the key's id; anchor: set-up, status, now or verify",
    )
    anchoring.add_arguments(parser)
    parser.add_argument(
        "--state",
        type=Path,
        metavar="FILE",
        help="watch: remembers keys and the last checkpoint from one time to the next",
    )
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="KEY",
        help="watch, anchor verify: a key of the log (default: the one remembered; the first time the one it shows)",
    )
    parser.add_argument(
        "--witness", action="append", default=[], metavar="KEY", help="watch: a witness's key; may be given again"
    )
    parser.add_argument(
        "--least", type=int, default=0, metavar="N", help="watch: how many of the witnesses must have cosigned"
    )
    parser.add_argument(
        "--against",
        action="append",
        default=[],
        metavar="FILE|URL",
        help="watch: a checkpoint seen elsewhere (a mail, a witness, a mirror), which must be of the same history",
    )
    parser.add_argument(
        "--letters",
        nargs="+",
        default=[],
        type=Path,
        metavar="FILE",
        help="watch: proofs (.tlog-proof) of one's own letters, each sought in the log",
    )
    parser.add_argument("--whole", action="store_true", help="watch: go through all files again, not only what is new")
    parser.add_argument("--reason", default="", metavar="REASON", help="anew: why, for the journal")
    parser.add_argument("--json", action="store_true", help="watch, anchor verify: print what was found as JSON")


def run(args: argparse.Namespace) -> int:
    """Do one of them; exit code 1 when the log does not hold, 2 when it was not asked rightly."""
    if args.deed == "anchor":
        return anchoring.run(args, reader)
    return {"watch": _watch, "keys": _keys, "rotate": _rotate, "retire": _retire, "anew": _begin_anew}[args.deed](args)


# ---- watching, without a hall ----------------------------------------------------------------------------------------


def _watch(args: argparse.Namespace) -> int:
    if not args.what:
        print("balai: which log? Give its address, such as https://layanan.kota.example/log", file=sys.stderr)
        return 2
    read = reader(args.what)
    try:
        seen = (
            follow.WatcherMemory.unpack(args.state.read_text("utf-8"))
            if args.state and args.state.exists()
            else follow.WatcherMemory()
        )
        keys, witnesses = ([notes.Verifier.read(line) for line in lines] for lines in (args.key, args.witness))
        elsewhere = [(name, _read_note(name)) for name in args.against]
        letters = [(str(path), path.read_text("utf-8")) for path in args.letters]
    except (ValueError, OSError, tiles.TileMissing) as fault:
        print(f"balai: {fault}", file=sys.stderr)
        return 2
    first = not (keys or seen.keys)
    report = follow.FollowReport()
    try:
        keys = [notes.Verifier.read(line) for line in read("keys").decode().splitlines()] if first else keys
    except (tiles.TileMissing, ValueError) as fault:
        report.blame("unreachable", fault)
    if not report.faults:
        report = follow.watch(
            read,
            seen,
            keys=keys,
            witnesses=witnesses,
            least=args.least,
            elsewhere=elsewhere,
            letters=letters,
            whole=args.whole,
        )
    if first and not report.faults:
        report.notices.append(f"its key was taken as it shows it; hold it against another source: {keys[0].line}")
    if args.state and not report.faults:
        args.state.parent.mkdir(parents=True, exist_ok=True)
        witness.write_synced(args.state, report.seen.pack().encode())
    _tell(report, as_json=args.json)
    return 1 if report.faults else 0


def reader(where: str) -> tiles.Read:
    """Give what reads the files of a log, at an address or in a folder; whatever goes wrong is `Missing`, with its words."""
    if where.startswith(("http://", "https://")):
        return lambda path: _fetch(f"{where.rstrip('/')}/{path}")

    def read(path: str) -> bytes:
        try:
            return (Path(where) / path).read_bytes()
        except OSError:
            raise tiles.TileMissing(f"{path} is missing") from None

    return read


def _fetch(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            content: bytes = answer.read(MOST + 1)
    except urllib.error.HTTPError as refused:
        raise tiles.TileMissing(f"{url} is missing ({refused.code})") from None
    except (OSError, ValueError) as error:
        raise tiles.TileMissing(f"{url} does not answer: {error}") from None
    if len(content) > MOST:
        raise tiles.TileMissing(f"{url} is longer than any file of a log")
    return content


def _read_note(name: str) -> str:
    content = _fetch(name) if name.startswith(("http://", "https://")) else Path(name).read_bytes()
    return content.decode()


def _tell(report: follow.FollowReport, *, as_json: bool) -> None:
    if as_json:
        told = asdict(report)
        told.pop("seen")
        print(json.dumps(told | {"holds": not report.faults}, indent=1, ensure_ascii=False))
        return
    for fault in report.faults:
        print(f"BROKEN {fault.kind}: {fault.words}")
    for letter in report.letters:
        stream, number, at, _, *rest = letter["entry"]
        print(
            f"{letter['name']}: leaf {letter['leaf']}, {stream} {number} of {at}: {json.dumps(rest, ensure_ascii=False)}"
        )
    for name, seconds in report.witnesses.items():
        print(f"seen by {name} at {datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC")
    for notice in report.notices:
        print(notice)
    if report.faults:
        print("The log does not hold. Keep what you have: the checkpoints contradict each other for ever.")
    else:
        print(f"{report.origin}: {report.size} leaves, {report.size - report.before} of them new. The log holds.")


# ---- one's own keys --------------------------------------------------------------------------------------------------


def _keys(args: argparse.Namespace) -> int:
    installation.load(args)
    from balai.base import sequencer

    for key in sequencer.list_keys():
        print(key.line)
    return 0


def _rotate(args: argparse.Namespace) -> int:
    installation.load(args)
    from balai.base import logkeeping
    from balai.base.actors import Actor

    made = logkeeping.rotate_key(uuid4(), actor=Actor("system", "console", name="log"), now=datetime.now(UTC))
    print(
        f"{made.line}\nBoth keys sign from now on. Tell whoever watches; when they know it: `balai log retire ID` with the old one's."
    )
    return 0


def _retire(args: argparse.Namespace) -> int:
    installation.load(args)
    from balai.base import logkeeping
    from balai.base.actors import Actor
    from balai.base.errors import Conflict

    try:
        logkeeping.retire_key(
            uuid4(), actor=Actor("system", "console", name="log"), now=datetime.now(UTC), key_id=args.what
        )
    except Conflict:
        print(
            f"balai: {args.what!r} is no key of this log that can go: `balai log keys` lists them, and the last one stays",
            file=sys.stderr,
        )
        return 1
    print("It signs no more.")
    return 0


def _begin_anew(args: argparse.Namespace) -> int:
    installation.load(args)
    from balai.base import logkeeping
    from balai.base.actors import Actor
    from balai.base.errors import Invalid

    actor = Actor("system", "console", name="log")
    try:
        origin = logkeeping.begin_anew(uuid4(), actor=actor, now=datetime.now(UTC), reason=args.reason)
    except Invalid:
        print("balai: say why with --reason; it stands in the journal", file=sys.stderr)
        return 2
    print(
        f"The log is called {origin} from now on. Give its keys (`balai log keys`) to the witnesses and to whoever watches."
    )
    return 0
