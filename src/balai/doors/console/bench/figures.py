"""The only list of speed goals, the figures of the last release, and what a run lost against them."""

import json
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

GOALS = {
    "step_vs_sql": ("≤", 1.8), "lifecycles_vs_bare_view": ("≥", 0.66), "inbox_p95_ms": ("≤", 50.0),
    "work_p95_ms": ("≤", 50.0), "next_p95_ms": ("≤", 50.0),
    "search_p95_ms": ("≤", 50.0), "cold_start_s": ("≤", 3.0), "memory_mb": ("≤", 250.0),
    "decision_table_us": ("≤", 60.0), "table_vs_zen": ("≤", 1.0), "process_vs_spiff": ("≥", 8.0),
    "tlog_leaves_per_s": ("≥", 10_000.0), "tlog_proof_ms": ("≤", 1.0), "verify_letter_ms": ("≤", 1000.0),
}  # fmt: skip
# Two programs in one run: what another machine measures may be held against them.
RATIOS = {key for key in GOALS if "_vs_" in key}
ON_SERVER_NO_GOAL = {"memory_mb"}  # the pool's buffers come on top, and the database's own memory is elsewhere
LOSS = 0.05  # more than this against the last release is a loss
QUIET = 2.5  # the bench itself is one process and two servers that take turns; more load than this is somebody else's
RELEASE = Path(__file__).with_name("release-0.1.0.json")


def list_goals(vendor: str) -> dict[str, tuple[str, float]]:
    """List the goals on one kind of database."""
    return {key: goal for key, goal in GOALS.items() if vendor == "sqlite" or key not in ON_SERVER_NO_GOAL}


def is_kept(key: str, value: float) -> bool:
    """Tell whether a figure keeps its goal."""
    sign, goal = GOALS[key]
    return value <= goal if sign == "≤" else value >= goal


def machine() -> str:
    """Name this machine, as far as its speed goes."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    return f"{os.cpu_count()} x {model}"


def read_release(vendor: str) -> tuple[str, dict[str, float], bool]:
    """Read the last release's name, its figures on one kind of database, and whether this machine took them while quiet."""
    held: dict[str, Any] = json.loads(RELEASE.read_text(encoding="utf-8"))
    return held["release"], held["figures"].get(vendor, {}), held["machine"] == machine() and held["load"] <= QUIET


def loss_of(key: str, value: float, before: float) -> float:
    """Give by what part one figure is worse than before; below zero when it is better."""
    ratio = value / before if GOALS[key][0] == "≤" else before / value
    return ratio - 1


def loss_in_all(results: Mapping[str, float], before: Mapping[str, float], *, same_machine: bool) -> float | None:
    """Give the loss over all goals that both have: the geometric mean of their ratios, each turned so that more is worse.

    Figures of another or a busy machine are compared in the ratios only; None when nothing can be compared.
    """
    keys = [key for key in GOALS if key in results and key in before and (same_machine or key in RATIOS)]
    if not keys:
        return None
    return math.exp(sum(math.log1p(loss_of(key, results[key], before[key])) for key in keys) / len(keys)) - 1


def medians(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Give the median of each figure over several runs."""
    return {
        key: median(run[key] for run in runs if key in run) for key in dict.fromkeys(key for run in runs for key in run)
    }
