"""`balai verify FILE.pdf`: is this letter genuine? Judged without a network and without a home, by keys known before."""

import argparse
import json
import logging
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from balai.casework.issuing import offline

HELP = "judge a letter's PDF without a network: signature, revision, public log, revocation"
GENUINE, NOT, UNUSABLE, SAMPLE = 0, 1, 2, 3
_HEADS = {
    "identical": "GENUINE and identical to what was signed",
    "changed": "CHANGED: from a letter that was signed, but changed or saved again since; ask for the original file",
    "revoked": "REVOKED: it was signed and no longer holds",
    "replaced": "REPLACED: it was signed, and another letter holds in its place",
    "expired": "EXPIRED: genuine, but its validity has ended",
    "sample": "SAMPLE: identical to what was signed, with a demonstration key; without legal force",
    "distrusted": "NOT TO BE TRUSTED: the signature or a proof does not hold",
    "unknown": "NOT KNOWN: no signature of an authority that is trusted here",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("file", type=Path, metavar="FILE.pdf", help="the letter")
    parser.add_argument(
        "--bundle", type=Path, action="append", default=[], metavar="FILE",
        help="its proof, as it is delivered beside it; without, NAME-bukti.zip beside NAME.pdf",
    )  # fmt: skip
    parser.add_argument(
        "--checkpoint", type=Path, action="append", default=[], metavar="FILE",
        help="a newer checkpoint of the log, or the hall's statement of revoked letters (/v/pencabutan)",
    )  # fmt: skip
    parser.add_argument(
        "--trust",
        type=Path,
        metavar="FILE",
        help="the hall's trust file (/v/kepercayaan), or an authority's certificate as PEM",
    )
    parser.add_argument(
        "--home",
        type=Path,
        metavar="DIR",
        help="take the keys from this hall's home instead (default: .balai/home, if it is there)",
    )
    parser.add_argument(
        "--witnesses", type=int, default=0, metavar="N", help="at least so many known witnesses must have seen it"
    )
    parser.add_argument(
        "--strict", action="store_true", help="without a proof, or knowledge of revocation, nothing is genuine"
    )
    parser.add_argument("--json", action="store_true", help="tell it to machines")


def run(args: argparse.Namespace) -> int:
    """Judge the letter: 0 genuine and identical, 1 not, 2 nothing could be judged, 3 a sample."""
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what they find wrong is in the report
    try:
        report = offline.judge(
            _read(args.file, offline.MOST),
            [text for path in _handed(args) for text in offline.unpack(_read(path, offline.MOST_PROOF))],
            _trust(args),
            now=datetime.now(UTC),
            least=args.witnesses,
        )
    except offline.Unusable as fault:
        print(
            json.dumps({"verdict": None, "error": str(fault)}) if args.json else f"balai verify: {fault}",
            file=_out(args),
        )
        return UNUSABLE
    missing = args.strict and report.genuine and not report.complete
    if args.json:
        print(json.dumps({**report.as_json(), "accepted": report.genuine and not missing}, indent=1))
    else:
        print(*_words(report, args.file), sep="\n")
        if missing:
            print("NOT ACCEPTED: --strict asks for a proof, and to know that it was not revoked.")
    if report.verdict == "sample":
        return SAMPLE
    return GENUINE if report.genuine and not missing else NOT


def _out(args: argparse.Namespace) -> TextIO:
    return sys.stdout if args.json else sys.stderr


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as fault:
        raise offline.Unusable(f"{path} cannot be read: {fault.strerror}") from None
    if len(content) > most:
        raise offline.Unusable(f"{path} is larger than {most} bytes")
    return content


def _handed(args: argparse.Namespace) -> list[Path]:
    beside = args.file.with_name(f"{args.file.stem}-bukti.zip")
    return [*(args.bundle or ([beside] if beside.exists() else [])), *args.checkpoint]


def _trust(args: argparse.Namespace) -> offline.Trust:
    """Take the keys from the file that was given, or from a home; never from the letter or its proof."""
    if args.trust is not None:
        return offline.Trust.read(_read(args.trust, offline.MOST_PROOF))
    from balai.doors.console import installation

    home = installation.point(args, demo=bool(os.environ.get("BALAI_DEMO")))
    if not (home / "keys").is_dir():
        raise offline.Unusable(
            "no keys are known to judge by: give --trust FILE (from the hall, /v/kepercayaan) or --home DIR"
        )
    installation.load(args, demo=(home / "DEMO").exists())
    from balai.casework.issuing import proving

    return proving.read_trust()


def _words(report: offline.OfflineReport, path: Path) -> list[str]:
    """Put the report into words, the verdict first."""
    told = [f"{path}: {_HEADS[report.verdict]}", f"  SHA-256       {report.sha256}"]
    for one in report.signature["signatures"]:
        state = one["problem"] or ("holds" if one["valid"] else "does not hold")
        told.append(f"  signature     {one['signer']}, {one['signed_at'] or 'no time'}: {state}")
    if not report.signature["signatures"]:
        told.append(f"  signature     none that can be read ({report.signature['problem']})")
    told.append(f"  revision      {_revision(report)}")
    told.append(f"  public log    {_inclusion(report)}")
    told += [f"  witness       {one['name']}, {one['at']}" for one in report.witnesses]
    told.append(f"  revocation    {_revocation(report)}")
    return told + [f"  FAULT         {fault}" for fault in dict.fromkeys(report.faults)]


def _revision(report: offline.OfflineReport) -> str:
    if report.revision["identical"]:
        return "the whole file is what was signed"
    later = report.revision.get("later_bytes")
    if later is None:
        return "this file is not what was signed"
    return f"the first {report.revision['signed_bytes']} bytes were signed; {later:+d} bytes since"


def _inclusion(report: offline.OfflineReport) -> str:
    found = report.inclusion
    if found["state"] == "proven":
        later = (
            f"; older than the log: signed {found['signed_at']} by the office's word" if "signed_at" in found else ""
        )
        return f"in {found['origin']} since {found['since']}, entry {found['index']} of {found['size']}{later}"
    return "no proof was given" if found["state"] == "not-given" else f"the proof does not hold: {found['problem']}"


def _revocation(report: offline.OfflineReport) -> str:
    found = report.revocation
    newest = found.get("newest_log_size")
    seen = f" (newest checkpoint at hand: {newest} entries)" if newest is not None else ""
    if found["state"] == "not-known":
        return f"not known: no statement was given{seen}"
    word = "not revoked" if found["state"] == "valid" else found["state"]
    return f"{word} as of {found['as_of']}{seen}"
