"""How long a bank waits for the verdict on one letter: the whole command, in a process of its own, without a network or a home."""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from balai.base import crypto, journal
from balai.casework.issuing import offline, proving, queries
from balai.casework.issuing.models import Letter

SOURCE = Path(offline.__file__).parents[3]


def measure(rounds: int) -> dict[str, float]:
    """Verify a letter with its proof so many times; the median of the whole command's milliseconds, Python's start included."""
    journal.seal_entries()
    letter = Letter.objects.filter(state="signed").select_related("case__vault").latest("signed_at")
    vault = letter.case.vault
    key = crypto.unwrap(vault.id, bytes(vault.wrapped_key or b""))
    with tempfile.TemporaryDirectory(prefix="balai-bench-") as made:
        folder = Path(made)
        (folder / "surat.pdf").write_bytes(queries.read_file(letter, key))
        (folder / "surat-bukti.zip").write_bytes(proving.pack_proof(letter.code, now=datetime.now(UTC))[1])
        (folder / "kepercayaan.json").write_text(str(proving.read_trust()), encoding="utf-8")
        return {"verify_letter_ms": median(_once(folder) for _ in range(rounds))}


def _once(folder: Path) -> float:
    words = ["-m", "balai.doors.console", "verify", "surat.pdf", "--trust", "kepercayaan.json", "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BALAI_", "DJANGO_"))}
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        check=False,
    )
    taken = (time.perf_counter() - begun) * 1000
    if json.loads(done.stdout)["inclusion"]["state"] != "proven":
        raise RuntimeError(f"the letter was not verified: {done.stdout.decode()}")
    return taken
