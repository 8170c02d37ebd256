"""`balai bench`: measure this hall against the bare limit, in one run."""

import argparse
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from balai.doors.console import installation

HELP = "measure against the bare limit in the same run and print the ratios"

GOALS = {
    "step_vs_sql": ("≤", 2.0), "lifecycles_vs_bare_view": ("≥", 0.6), "inbox_p95_ms": ("≤", 50.0),
    "search_p95_ms": ("≤", 50.0), "cold_start_s": ("≤", 3.0), "memory_mb": ("≤", 200.0),
    "decision_table_us": ("≤", 60.0), "table_vs_zen": ("≤", 1.0),
    "process_vs_spiff": ("≥", 8.0),
}  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results as JSON")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rounds and cases, to see that it runs")


def run(args: argparse.Namespace) -> int:
    """Measure in a home of its own, which is thrown away; the exit code does not depend on the numbers."""
    home = Path(tempfile.mkdtemp(prefix="balai-bench-"))
    (home / "DEMO").write_text("bench\n", encoding="utf-8")
    args.home = home
    try:
        results = _measure(args, home, 10 if args.quick else 1)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    for key, value in results.items():
        sign, goal = GOALS.get(key, ("", 0.0))
        kept = "" if not sign else "kept" if (value <= goal if sign == "≤" else value >= goal) else "MISSED"
        print(f"{key:<30} {value:>12.2f}  {f'goal {sign} {goal:g}: {kept}' if sign else ''}".rstrip())
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


def _measure(args: argparse.Namespace, home: Path, less: int) -> dict[str, float]:
    installation.load(args, demo=True)
    installation.migrate()
    from datetime import UTC, datetime

    from django.conf import settings

    from balai.casework.issuing import authority
    from balai.doors.console.bench import lifecycles, spiff, volume
    from balai.doors.console.bench.service import open_bench_service
    from balai.doors.console.demo.cast import PASSPHRASE, make_cast

    cast = make_cast(datetime.now(UTC))
    open_bench_service(settings.BALAI_TOWN_FOLDER)
    authority.enroll(
        cast.ratna.person_id, name="Ratna", organisation="Ukur", passphrase=PASSPHRASE, now=datetime.now(UTC)
    )
    results = lifecycles.step_vs_sql(cast, 300 // less)
    results |= lifecycles.lifecycles(lifecycles.tokens_of(cast), 400 // less)
    results |= lifecycles.with_letters(cast, PASSPHRASE, max(40 // less, 2))
    results |= _start_and_memory(home)
    volume.fill(cast, 100_000 // less)
    results |= volume.measure(60)
    results |= spiff.compare(home, 200 // less)
    return results | _tables()


def _start_and_memory(home: Path) -> dict[str, float]:
    """Time from `balai serve` to the first page, and the memory of the whole family after some pages."""
    from balai.doors.console.bench import servers

    port = servers.free_port()
    command = [sys.executable, "-m", "balai.doors.console", "serve", "--home", str(home), "--port", str(port)]
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


def _tables() -> dict[str, float]:
    """Decide by a table of 12 rules and 4 inputs, beside zen-engine where it is installed."""
    from balai.engine.rules.tests import bench_table

    found = bench_table.run()
    made = {"decision_table_us": float(found["balai_us"])}
    if found.get("zen_us"):
        made |= {"zen_table_us": float(found["zen_us"]), "table_vs_zen": found["balai_us"] / found["zen_us"]}
    return made
