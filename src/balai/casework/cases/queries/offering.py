"""What a registry offers to whoever fills in an application: the rows of a list about them, to be ticked.

Only to somebody whose identity an officer or the national provider has seen, and about themselves: whoever merely typed
a number, or acts for another, would be told of a family that is not theirs.
"""

from datetime import datetime
from typing import NamedTuple

from balai.base.actors import Actor
from balai.casework.cases.queries.drafts import DraftView
from balai.engine import forms
from balai.records.people import queries as people
from balai.records.people import rules as people_rules
from balai.records.registries import queries as registries


class OfferedRows(NamedTuple):
    """What came of asking: the rows that may be ticked, and `told`, `none` or `silent`."""

    rows: list[dict[str, str]]
    state: str


def may_be_offered(view: DraftView, actor: Actor) -> bool:
    """Tell whether a registry may be asked for lists about whoever writes this draft."""
    draft = view.draft
    if draft.person_id is None or draft.on_behalf_of_id is not None or actor.person_id != draft.person_id:
        return False
    return people_rules.reaches(people.get_identity_level(draft.person_id), "seen")


def ask_offer(view: DraftView, field: forms.Field, actor: Actor, now: datetime, nik: str) -> OfferedRows:
    """Ask for the rows that may be ticked; that it was asked is written down first, as a reading of their record."""
    assert field.offered is not None, "the caller asks for offered fields alone"
    if not nik or not may_be_offered(view, actor):
        return OfferedRows([], "none")
    registry, rows = field.offered.registry, field.offered.rows
    told = registries.list_rows(
        registry, rows, nik, purpose="application", actor=actor, now=now, person_id=view.draft.person_id
    )
    fitting = forms.fit_offer(field, told or [])
    return OfferedRows(fitting, "silent" if told is None else "told" if fitting else "none")
