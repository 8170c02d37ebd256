"""Asks whether a package of the lock files has a known fault: pip-audit, made to say what it did not look at.

    .venv/bin/python tools/audit.py

Exit code 0: every package was looked up and none has a known fault; 1: some have; 3: some or all could not be looked up, so that
nobody takes silence for health. pip-audit alone ends with 0 and "No known vulnerabilities found" when it found no package at all.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("runtime", "dev", "installer")
CLEAN, FAULTY, UNKNOWN = 0, 1, 3


def ask(lock: Path) -> dict[str, Any]:
    """Have pip-audit look up all of a lock file; nothing is installed and nothing resolved. :raises LookupError: without an answer"""
    words = [
        "-r",
        str(lock),
        "--require-hashes",
        "--disable-pip",
        "-f",
        "json",
        "--progress-spinner",
        "off",
        "--timeout",
        "15",
    ]
    told = subprocess.run([sys.executable, "-m", "pip_audit", *words], capture_output=True, text=True, check=False)
    try:
        return dict(json.loads(told.stdout))
    except ValueError:
        raise LookupError((told.stderr.strip() or "pip-audit said nothing").splitlines()[-1]) from None


def judge(found: dict[str, Any]) -> tuple[int, list[str]]:
    """Judge what pip-audit found: how it ends, and the lines that say so."""
    packages = found["dependencies"]
    unknown = [each["name"] for each in packages if "skip_reason" in each]
    faulty = [
        f"{each['name']} {each['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no release yet'}"
        for each in packages
        for fault in each.get("vulns", ())
    ]
    lines = [f"FAULTY: {line}" for line in faulty]
    if unknown or not packages:
        lines.append(f"NOT AUDITED: {len(unknown)} of {len(packages)} packages could not be looked up.")
    else:
        lines.append(f"{len(packages)} packages looked up, {len(faulty)} known faults.")
    return FAULTY if faulty else UNKNOWN if unknown or not packages else CLEAN, lines


def main() -> int:
    """Audit every lock file and give the worst of what came of it."""
    codes = []
    for name in LOCKS:
        try:
            code, lines = judge(ask(ROOT / "requirements" / f"{name}.txt"))
        except LookupError as error:
            code, lines = UNKNOWN, [f"NOT AUDITED: {error}"]
        codes.append(code)
        print("\n".join(f"{name}: {line}" for line in lines), flush=True)
    return FAULTY if FAULTY in codes else max(codes)


if __name__ == "__main__":
    sys.exit(main())
