"""A look-up as data, lived: a registry that answers, and one that never does takes the error event while everybody can see it."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_grown

from balai.base import checks as ground
from balai.base.outbox import Worker
from balai.casework.cases import checks, history, queries
from balai.casework.cases.models import Task
from balai.engine.manifest.tests.grown_folder import ROOT, list_blocks
from balai.records.registries import connections

pytestmark = pytest.mark.django_db(transaction=True)
HANDBOOK = (ROOT / "docs/handbook/service-author.md").read_text(encoding="utf-8")
TABLE = "title: {id: Usaha, en: Business}\ncsv: {file: usaha.csv, key: label}\nattempts: 3\nbasis: PKS\nstatus: unconfirmed\n"


@pytest.fixture
def cast(settings: Any, tmp_path: Path) -> Iterator[Cast]:
    """Open the handbook's service in a town whose registry is a table that is not there yet."""
    made, blocks = make_cast(NOW), list_blocks(HANDBOOK, "Ask a registry of others")
    blocks = [(path, TABLE if path.endswith("usaha.yaml") else body) for path, body in blocks]
    shutil.copytree(ROOT / "town", tmp_path / "town")
    (tmp_path / "town/connections").mkdir(exist_ok=True)
    for path, body in blocks:
        if path.startswith("town/"):
            (tmp_path / path).write_text(body)
    settings.BALAI_TOWN_FOLDER = tmp_path / "town"
    connections.home().mkdir(exist_ok=True)
    open_grown(blocks)
    yield made
    shutil.rmtree(connections.home())


def open_steps(case_id: UUID) -> list[str]:
    return list(Task.objects.filter(case_id=case_id, state="open").values_list("node", flat=True))


def work_until(now: datetime, span: timedelta) -> datetime:
    """Let the worker work, minute by minute."""
    for minute in range(int(span / timedelta(minutes=1)) + 1):
        Worker().drain(now + timedelta(minutes=minute))
    return now + span


def test_what_a_registry_tells_is_kept_with_its_types(cast: Cast) -> None:
    (connections.home() / "usaha.csv").write_text("label,name,since,workers\nWarung Siti,Warung Siti,2020-02-01,2\n")
    case_id = apply_for_sku(cast, business_name="Warung Siti").case_id
    work_until(NOW, timedelta(0))
    assert open_steps(case_id) == ["check"]
    case = queries.read_case(case_id=case_id)
    assert case.data["known"] == {
        "found": True,
        "business": {"name": "Warung Siti", "since": "2020-02-01", "workers": "2"},
    }
    service = checks.catalogue.get_service(case.service_id, case.service_key)
    assert queries.scope(case, service, NOW)["known"]["business"]["since"].year == 2020


def test_a_registry_that_never_answers_takes_the_error_event(cast: Cast) -> None:
    submitted = apply_for_sku(cast)
    now = work_until(NOW, timedelta(0))
    assert open_steps(submitted.case_id) == []
    assert [one.text for one in checks.list_errands(now, "id")] != [], "Kelola says that it is waited for"
    assert ground.count_needs(now)["cases.errands"] == 1
    assert [one.state for one in checks.errands(Path(), now)] == ["bad"], "the doctor says so too"
    now = work_until(now, timedelta(minutes=3))
    assert open_steps(submitted.case_id) == ["check"], "the error event, after three attempts"
    view = queries.open_case(cast.budi.officer, submitted.number, now=now)
    (task,) = view.row.open_tasks
    assert view.why_open(task, "id") == "Data usaha tidak menjawab. Periksa usahanya dari berkas saja."
    assert checks.list_errands(now, "id") == []
    assert history.replay(history.get_position(submitted.number))[1] == ""
