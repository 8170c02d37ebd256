"""What the demonstration tells of law: confirmed on the law that the folder names, and a change that two persons looked at."""

from typing import Any

import pytest
from tests.cast import NOW, make_cast, open_service

from balai.base.stories import Stage
from balai.casework.catalogue import queries as catalogue
from balai.casework.legal import demo, queries
from balai.records.folders import judging
from balai.records.law import queries as law
from balai.records.law.models import Confirmation
from balai.records.people.models import Account


@pytest.fixture
def stage(db: Any, monkeypatch: pytest.MonkeyPatch) -> Stage:
    cast = make_cast(NOW)
    law.forget_marks()
    for service in ("surat-keterangan-usaha", "ktp-el-hilang-rusak", demo.MICRO):
        open_service(service)
    Account.objects.filter(id=cast.budi.account_id).update(is_administrator=True, second_factor_required=True)
    monkeypatch.setattr(
        judging, "judge", lambda kind, folder, town, **more: judging.read(kind, folder, town)
    )  # its letters are proven elsewhere
    return Stage("legal.law", cast, NOW, 0)


def test_ratna_confirms_what_rests_on_the_law_she_names_and_nothing_else(stage: Stage) -> None:
    for _ in range(2):
        list(demo.confirm_some(stage))
    rows = list(Confirmation.objects.values_list("name", "folder", "written"))
    assert rows and all(written.startswith(demo.WRITTEN[name]) for name, _, written in rows)
    assert ("silence", "ktp-el-hilang-rusak") not in [(name, folder) for name, folder, _ in rows]
    assert len(rows) == len(set(rows)) == 5
    assert {one.name for one in law.list_due(NOW)} == {"silence"}


def test_the_lower_limit_is_proposed_replayed_and_dropped(stage: Stage) -> None:
    list(demo.confirm_some(stage))
    list(demo.replay_a_lower_limit(stage))
    (one,) = queries.list_proposals()
    assert (one.state, one.replay, one.service_id) == ("dropped", "done", demo.MICRO)
    assert one.differs == ["service.yaml", "town/town.yaml"]
    assert one.proposed_by != one.settled_by
    assert catalogue.get_service(demo.MICRO).version == "2026.1"
