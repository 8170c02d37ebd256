"""What needs an administrator in cases: steps that cannot go on, and roles that a unit has nobody for."""

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby

from balai.base import errors
from balai.base.checks import Line, counts, needs
from balai.base.pages import texts
from balai.casework.cases import queries
from balai.casework.cases.queries import Stuck, Unstaffed
from balai.casework.catalogue import queries as catalogue
from balai.records.entrance import names


@counts
def count_attention(now: datetime) -> Mapping[str, int]:
    """Count the stuck steps and the tasks on nobody's desk."""
    return {f"cases.{name}": count for name, count in queries.count_attention(now).items()}


@needs("cases.stuck", page="admin.stuck", order=10)
def list_stuck(now: datetime, lang: str) -> list[Line]:
    """List the steps that cannot go on by themselves, with the reason in words."""
    return [_stuck(one, lang) for one in queries.list_stuck()]


def _stuck(one: Stuck, lang: str) -> Line:
    service = catalogue.get_service(one.service_id, one.service_key)
    step, title = service.text(f"steps.{one.node}.title", lang, one.node), service.text("title", lang)
    code = errors.in_words(one.code, lang)
    text = texts.say("cases.attention.stuck.text", lang, service=title, unit=one.unit_name, code=code)
    act = texts.say("cases.attention.stuck.act", lang)
    return Line(f"{one.number} · {step}", text, one.since, page="admin.stuck", act=act)


@needs("cases.unstaffed", page="admin.units", order=20)
def list_unstaffed(now: datetime, lang: str) -> list[Line]:
    """Make one line for each role that nobody can do in a unit, however many tasks wait for it."""
    found = sorted(queries.list_unstaffed(now), key=lambda one: (one.unit_code, one.role))
    return [_vacant(list(tasks), lang) for _, tasks in groupby(found, lambda one: (one.unit_code, one.role))]


def _vacant(tasks: list[Unstaffed], lang: str) -> Line:
    first, nobody = tasks[0], [one for one in tasks if one.assignee_id is None]
    lent = sorted(set(names.list_names({one.assignee_id for one in tasks}).values()))
    said = [texts.say("cases.attention.unstaffed.nobody", lang, count=len(nobody))] if nobody else []
    said += [texts.say("cases.attention.unstaffed.lent", lang, names=", ".join(lent))] if lent else []
    return Line(
        texts.say("cases.attention.unstaffed.line", lang, unit=first.unit_name, role=first.role), " ".join(said),
        min(one.since for one in tasks), tone="bad" if nobody else "warn", icon="person", page="admin.unit",
        args=(first.unit_code,), act=texts.say("cases.attention.unstaffed.act", lang),
    )  # fmt: skip
