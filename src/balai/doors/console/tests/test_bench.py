"""The bench: goals, losses against the last release, and which measuring gives which figure."""

import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from balai.doors.console import machine
from balai.doors.console.bench import figures, groups, recording


def test_every_goal_is_given_by_a_group_and_some_can_be_asked_for_alone() -> None:
    assert set(figures.GOALS) <= {key for group in groups.GROUPS for key in group.keys}
    assert len(groups.choose([])) == len(groups.GROUPS)
    assert [group.keys[0] for group in groups.choose(["table_vs_zen", "step_ms"])] == [
        "step_vs_sql",
        "decision_table_us",
    ]
    with pytest.raises(KeyError, match="step_vs_sq"):
        groups.choose(["step_vs_sq"])


def test_a_server_has_the_same_goals_but_memory() -> None:
    assert set(figures.list_goals("sqlite")) - set(figures.list_goals("postgresql")) == {"memory_mb"}


def test_a_loss_is_worse_whichever_way_the_goal_points() -> None:
    assert figures.loss_of("step_vs_sql", 2.2, 2.0) == pytest.approx(0.1)
    assert figures.loss_of("process_vs_spiff", 8, 10) == pytest.approx(0.25)
    assert figures.loss_of("process_vs_spiff", 10, 8) < 0


def test_the_loss_in_all_is_the_mean_of_all_ratios_and_another_machine_compares_ratios_only() -> None:
    before = {"step_vs_sql": 2.0, "process_vs_spiff": 10.0, "cold_start_s": 1.0}
    results = {"step_vs_sql": 2.2, "process_vs_spiff": 10.0, "cold_start_s": 9.0, "table_vs_zen": 0.1}
    assert figures.loss_in_all(results, before, same_machine=False) == pytest.approx(1.1**0.5 - 1)
    assert figures.loss_in_all(results, before, same_machine=True) == pytest.approx((1.1 * 9) ** (1 / 3) - 1)
    assert figures.loss_in_all({"letter_ms": 3.0}, before, same_machine=True) is None
    assert figures.loss_in_all(before, before, same_machine=True) == pytest.approx(0)


def test_several_runs_give_the_median_of_each_figure() -> None:
    runs = [{"step_ms": 3.0}, {"step_ms": 1.0, "letter_ms": 5.0}, {"step_ms": 9.0, "letter_ms": 7.0}]
    assert figures.medians(runs) == {"step_ms": 3.0, "letter_ms": 6.0}


def test_the_last_release_left_its_figures() -> None:
    for vendor in ("sqlite", "postgresql"):
        release, kept, _ = figures.read_release(vendor)
        assert release == "0.1.0"
        assert set(figures.RATIOS) <= set(kept)
    since = {
        "verify_letter_ms",
        "tlog_leaves_per_s",
        "tlog_proof_ms",
        "work_p95_ms",
        "next_p95_ms",
    }  # of what 0.1.0 had not
    assert set(figures.GOALS) - set(figures.read_release("sqlite")[1]) == since


def test_figures_that_a_busy_machine_took_compare_in_the_ratios_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "RELEASE", tmp_path / "release.json")
    for load, quiet in ((figures.QUIET, True), (figures.QUIET + 1, False)):
        held = {"release": "0.1.0", "machine": figures.machine(), "load": load, "figures": {}}
        figures.RELEASE.write_text(json.dumps(held), encoding="utf-8")
        assert figures.read_release("sqlite") == ("0.1.0", {}, quiet)


def test_an_id_becomes_another_cases_whatever_form_the_database_gives_it() -> None:
    id_ = uuid4()
    as_uuid, as_text, as_hex = (recording.fresh(value, "n") for value in (id_, str(id_), id_.hex))
    assert isinstance(as_uuid, UUID) and as_uuid != id_
    assert (str(as_uuid), as_uuid.hex) == (as_text, as_hex)
    assert recording.fresh(id_, "m") != as_uuid


@pytest.mark.long
@pytest.mark.parametrize("words", [(), ("--postgres",)])
def test_it_measures_on_both_databases(words: tuple[str, ...]) -> None:
    if words and not machine.has("postgres"):
        pytest.skip("there is no PostgreSQL here")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("BALAI_", "DJANGO_"))}
    told = subprocess.run(
        [sys.executable, "-m", "balai.doors.console", "bench", "--quick", *words],
        env=clean | {"PYTHONPATH": str(Path(settings.ROOT) / "src")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    given = {line.split()[0] for line in told.stdout.splitlines()}
    assert {key for group in groups.GROUPS for key in group.keys} <= given
