"""What is measured together: each group says which figures it gives, so that some can be asked for alone."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # which figures there are is known before the hall is loaded
    from balai.base.stories import Cast


KEPT = "bench-cases"  # in a kept home: how many cases it was filled with


@dataclass(frozen=True, slots=True)
class Hall:
    """The hall that is measured; `less` divides rounds and cases."""

    home: Path
    cast: "Cast"
    less: int
    cases: int = 100_000


@dataclass(frozen=True, slots=True)
class BenchGroup:
    """Figures that one measuring gives."""

    keys: tuple[str, ...]
    measure: Callable[[Hall], dict[str, float]]


def choose(keys: Iterable[str]) -> list[BenchGroup]:
    """Choose the groups that give these figures; all when none is named. :raises KeyError: for one that nobody gives."""
    wanted = set(keys)
    if unknown := wanted - {key for group in GROUPS for key in group.keys}:
        raise KeyError(*sorted(unknown))
    return [group for group in GROUPS if not wanted or wanted & set(group.keys)]


def make_hall(home: Path, less: int, cases: int = 100_000) -> Hall:
    """Make the town, the cast and the service that is measured; a home that was kept has them."""
    from django.conf import settings

    from balai.casework.issuing import authority
    from balai.doors.console.bench.service import open_bench_service
    from balai.doors.console.demo.cast import PASSPHRASE, find_cast, make_cast

    if (home / KEPT).exists():
        return Hall(home, find_cast(), less, cases)
    cast = make_cast(datetime.now(UTC))
    open_bench_service(settings.BALAI_TOWN_FOLDER)
    authority.enroll(
        cast.ratna.person_id, name="Ratna", organisation="Ukur", passphrase=PASSPHRASE, now=datetime.now(UTC)
    )
    return Hall(home, cast, less, cases)


def _step(hall: Hall) -> dict[str, float]:
    from balai.doors.console.bench import lifecycles

    return lifecycles.step_vs_sql(hall.cast, 300 // hall.less)


def _lifecycles(hall: Hall) -> dict[str, float]:
    from balai.doors.console.bench import lifecycles

    return lifecycles.lifecycles(lifecycles.tokens_of(hall.cast), 400 // hall.less)


def _letters(hall: Hall) -> dict[str, float]:
    from balai.doors.console.bench import lifecycles
    from balai.doors.console.demo.cast import PASSPHRASE

    return lifecycles.with_letters(hall.cast, PASSPHRASE, max(40 // hall.less, 2))


def _start(hall: Hall) -> dict[str, float]:
    """Time from `balai serve` to the first page, and the memory of the whole family after some pages."""
    from balai.doors.console.bench import servers

    port = servers.free_port()
    command = [sys.executable, "-m", "balai.doors.console", "serve", "--home", str(hall.home), "--port", str(port)]
    begun = time.monotonic()
    # what the lifecycles owe is carried to the bench's own mailbox, not to servers that are not there
    environment = os.environ | {"BALAI_MAIL": "demo", "BALAI_SMS": "demo"}
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        servers.wait_for(port)
        for number in range(30):
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            line.request("GET", "/" if number % 2 else "/layanan/")
            answer = line.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"the first page answered {answer.status}")
            if number == 0:
                started = time.monotonic() - begun
        return {"cold_start_s": started, "memory_mb": servers.memory_mb(child.pid)}
    finally:
        child.terminate()
        child.wait(20)


def _volume(hall: Hall) -> dict[str, float]:
    from balai.doors.console.bench import volume

    count, kept = hall.cases // hall.less, hall.home / KEPT
    if not kept.exists() or kept.read_text(encoding="ascii") != str(count):
        if kept.exists():
            raise SystemExit(f"balai: {hall.home} was filled with {kept.read_text(encoding='ascii')} cases")
        volume.fill(hall.cast, count)
        kept.write_text(str(count), encoding="ascii")
    return volume.measure(60)


def _engine(hall: Hall) -> dict[str, float]:
    from balai.doors.console.bench import spiff

    return spiff.compare(hall.home, 200 // hall.less)


def _tables(hall: Hall) -> dict[str, float]:
    """Decide by a table of 12 rules and 4 inputs, beside zen-engine where it is installed."""
    from balai.engine.rules.tests import bench_table

    found = bench_table.run()
    made = {"decision_table_us": float(found["balai_us"])}
    if found.get("zen_us"):
        made |= {"zen_table_us": float(found["zen_us"]), "table_vs_zen": found["balai_us"] / found["zen_us"]}
    return made


def _tlog(hall: Hall) -> dict[str, float]:
    from balai.doors.console.bench import tlog

    return tlog.measure(30_000 // hall.less)


def _verifying(hall: Hall) -> dict[str, float]:
    from balai.doors.console.bench import lifecycles, verifying
    from balai.doors.console.demo.cast import PASSPHRASE

    lifecycles.with_letters(hall.cast, PASSPHRASE, 1)
    return verifying.measure(max(15 // hall.less, 3))


# In this order: the volume comes after everything that a large database would slow down.
GROUPS = (
    BenchGroup(("step_vs_sql", "step_ms", "step_sql_ms", "step_statements"), _step),
    BenchGroup(
        ("lifecycles_per_s", "lifecycles_wall_per_s", "lifecycle_cpu_ms", "bare_lifecycles_per_s", "lifecycles_vs_bare_view",
         "lifecycles_vs_bare_wsgi", "entry_us"),
        _lifecycles,
    ),
    BenchGroup(("lifecycles_with_letter_per_s", "letter_ms"), _letters),
    BenchGroup(("cold_start_s", "memory_mb"), _start),
    BenchGroup(("verify_letter_ms",), _verifying),
    BenchGroup(("tlog_leaves_per_s", "tlog_proof_ms"), _tlog),
    BenchGroup(("inbox_p95_ms", "unit_inbox_p95_ms", "search_p95_ms", "work_p95_ms", "next_p95_ms"), _volume),
    BenchGroup(
        ("process_vs_spiff", "process_case_ms", "spiff_case_ms", "process_kept_bytes", "spiff_kept_bytes"), _engine
    ),
    BenchGroup(("decision_table_us", "zen_table_us", "table_vs_zen"), _tables),
)  # fmt: skip
