"""How fast committed entries become leaves in synced tiles, and how long the proof of one takes."""

import random
import time
from datetime import UTC, datetime
from statistics import median
from uuid import uuid4

from balai.base import journal, openings, sequencer
from balai.base.actors import CLOCK

BATCH = 1000
STREAM = "bench"


def measure(entries: int, proofs: int = 200) -> dict[str, float]:
    """Commit entries, seal them in batches of 1,000, then prove some at random."""
    sequencer.seal_all(most=1_000_000)
    for _ in range(entries // BATCH):
        with journal.deed(uuid4(), actor=CLOCK, now=datetime.now(UTC), name="bench") as deed:
            for number in range(BATCH):
                deed.record(STREAM, "measured", {"n": number})
    begun, done = time.perf_counter(), 0
    while count := sequencer.seal(BATCH):
        done += count
    sealing = time.perf_counter() - begun
    chance, taken = random.Random(1), []
    for _ in range(proofs):
        begun = time.perf_counter()
        openings.bundle_for(STREAM, chance.randrange(1, entries + 1))
        taken.append((time.perf_counter() - begun) * 1000)
    return {"tlog_leaves_per_s": done / sealing, "tlog_proof_ms": median(taken)}
