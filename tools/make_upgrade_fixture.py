"""Makes a small hall with the code of a release, and packs it with what it holds, for the test of upgrades.

    git tag, or the commit that closed the release: 0.1.0 is 351bbf7
    .venv/bin/python tools/make_upgrade_fixture.py 351bbf7 0.1.0

The hall is a demonstration: synthetic people, keys of its own that open nothing else. `tests/journeys/test_upgrade.py` unpacks it.
"""

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "tests" / "fixtures"
MOST = 1_000_000  # bytes
CASES = 8

# Runs under the release's own code and under today's: only what both have.
TELL = """
import hashlib, json, sys
import django
django.setup()
from django.utils import timezone
from balai.base import crypto
from balai.base.journal_check import verify_journal
from balai.casework.cases import queries as cases
from balai.casework.cases.models import Case, Task
from balai.casework.issuing import queries as letters
from balai.casework.issuing.models import Letter
from balai.casework.notices import queries as notices
from balai.casework.notices.models import Notice
from balai.records.documents import queries as documents
from balai.records.documents.models import Document
from balai.records.offices.models import Appointment
from balai.records.people.models import Account, Person

def digest(plain):
    return hashlib.sha256(bytes(plain)).hexdigest()

def judge(letter):
    pdf = letters.read_file(letter, crypto.data_key(letter.case.vault_id))
    found = letters.verify_upload(pdf, now=timezone.now(), code=letter.code)
    return [letter.code, letter.state, digest(pdf), found.result, bool(found.signature and found.signature.valid)]

told = {
    "cases": {c.number: [c.status, c.revision, digest(crypto.open_sealed(c.vault_id, c.data_sealed, cases.ANSWERS))]
              for c in Case.objects.all()},
    "tasks": Task.objects.count(),
    "letters": {each.number: judge(each) for each in Letter.objects.filter(file__isnull=False).select_related("case")},
    "documents": {str(d.id): digest(documents.read_bytes(d.id)) for d in Document.objects.all()},
    "notices": {str(n.id): digest(crypto.open_sealed(n.case.vault_id, n.content_sealed, notices.CONTENT))
                for n in Notice.objects.select_related("case").filter(case__isnull=False)},
    "roles": sorted([a.post.unit.code, a.post.role, a.post.title, str(a.person_id)]
                    for a in Appointment.objects.select_related("post__unit")),
    "accounts": {a.email or a.phone: [a.is_active, digest(a.password.encode())] for a in Account.objects.all()},
    "persons": Person.objects.count(),
    "journal": [str(fault) for fault in verify_journal().faults],
}
json.dump(told, sys.stdout, sort_keys=True)
"""


def tell(source: Path, home: Path) -> dict[str, Any]:
    """Tell what a home holds, opened by the code in `source`: sealed things by the digest of what they say."""
    return dict(json.loads(run(source, "-c", TELL, BALAI_HOME=str(home), BALAI_DEMO="1")))


def run(source: Path, *words: str, **settings: str) -> str:
    """Run Python with the code in `source` and give what it says."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BALAI_", "DJANGO_"))}
    environment = clean | {"PYTHONPATH": str(source), "DJANGO_SETTINGS_MODULE": "balai.project.settings"} | settings
    told = subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True, check=False)
    if told.returncode:
        raise SystemExit(told.stdout + told.stderr)
    return told.stdout


def main() -> None:
    """Check the release out beside this tree, make its hall, and pack it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit")
    parser.add_argument("release")
    args = parser.parse_args()
    target = FOLDER / f"home-{args.release}.tar.xz"
    with tempfile.TemporaryDirectory() as folder:
        tree, home = Path(folder) / "tree", Path(folder) / "home"
        subprocess.run(["git", "worktree", "add", "--detach", str(tree), args.commit], cwd=ROOT, check=True)
        try:
            demo = ("-m", "balai.doors.console", "demo", "--seed-only", "--cases", str(CASES), "--home", str(home))
            print(run(tree / "src", *demo))
            told = tell(tree / "src", home)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=True)
        (Path(folder) / "told.json").write_text(json.dumps(told, indent=1, sort_keys=True), encoding="utf-8")
        with tarfile.open(target, "w:xz", preset=9) as packed:
            packed.add(home, "home")
            packed.add(Path(folder) / "told.json", "told.json")
    size = target.stat().st_size
    print(f"{target}: {size} bytes")
    if size > MOST:
        raise SystemExit(f"That is more than {MOST}; make fewer cases.")


if __name__ == "__main__":
    main()
