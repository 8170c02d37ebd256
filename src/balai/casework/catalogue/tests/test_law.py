"""What of every kind of folder is law stands in one list."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from balai.casework.catalogue import law
from balai.engine.folders import Law
from balai.records.law import queries
from balai.records.law.models import Confirmation

NOW = datetime(2026, 12, 1, tzinfo=UTC)
YEARS = Law("review_years", "2", "Perda 1/2026", "unconfirmed", file="town/istilah/umum/glossary.yaml", line=3)


@pytest.mark.django_db
def test_a_value_of_another_kind_is_listed_and_confirmed_like_those_of_services(monkeypatch: Any) -> None:
    kind = SimpleNamespace(name="glossary", law=lambda thing: [YEARS])
    monkeypatch.setattr(law.kinds, "list_kinds", lambda: [kind])
    monkeypatch.setattr(law.folders, "list_current", lambda name: [SimpleNamespace(id="umum"), SimpleNamespace(id="x")])
    queries.forget_marks()
    (line,) = law.list_law(NOW)
    assert [one.key for one in line.unconfirmed] == ["glossary:umum", "glossary:x"]
    Confirmation.objects.create(
        digest=YEARS.digest, kind="glossary", folder="umum", name="review_years", written="", basis="Perda 1/2026",
        basis_date=date(2026, 1, 5), review_on=date(2026, 12, 1), office="Kota", confirmed_at=NOW, confirmed_by="0" * 32,
    )  # fmt: skip
    queries.forget_marks()
    (line,) = law.list_law(NOW)
    assert [one.key for one in line.unconfirmed] == ["glossary:x"]
    assert [one.basis for one in line.marks] == ["Perda 1/2026"]
    queries.forget_marks()
