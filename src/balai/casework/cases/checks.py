"""What needs an administrator in cases: steps that cannot go on, and roles that a unit has nobody for."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

from balai.base import errors, marks, owed
from balai.base.checks import Finding, Line, counts, looks, needs
from balai.base.pages import texts
from balai.casework.cases import events, queries
from balai.casework.cases import proofs as proofs  # holds the cases against the journal
from balai.casework.cases.queries import Stuck, Unstaffed
from balai.casework.catalogue import queries as catalogue
from balai.records.entrance import names
from balai.records.offices import places
from balai.records.offices import queries as offices

marks.keep("cases.CaseLink", "case_id", "about_id", "kind")


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


@needs("cases.errands", page="admin.outbox", order=15)
def list_errands(now: datetime, lang: str) -> list[Line]:
    """Make one line of what is asked of registries and the seal and was not answered yet: it is tried again by itself."""
    found = owed.find_struggling(events.ERRAND)
    if found is None:
        return []
    count, error = found
    title = texts.say("cases.attention.errands.line", lang, count=count)
    act = texts.say("cases.attention.errands.act", lang)
    return [Line(title, error[:200], None, tone="warn", page="admin.outbox", act=act)]


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


@places.lies
def cases_of_a_unit(place: places.ToClose, on_date: date) -> list[places.Lying]:
    """Find the cases that are open in a unit, and for one post its role's open tasks there when nobody else could do them."""
    if not place.role:
        lent = places.Lying("cases.lies.lent", queries.count_lent_tasks(place.unit_id))
        return [places.Lying("cases.lies.cases", queries.count_open(place.unit_id)), lent]
    others = [one for one in offices.list_post_roles(place.unit_id) if one[0] not in place.post_ids]
    alone = all(role != place.role for _, role in others)
    count = queries.count_open_tasks(place.unit_id, place.role) if alone else 0
    return [places.Lying("cases.lies.tasks", count, "admin.unit", (place.unit_code,))]


# ---- what the doctor looks at ---------------------------------------------------------------------------------------


@looks(64)
def work(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at the work: steps that cannot go on, tasks that nobody can do, cases whose legal time has run out."""
    found = queries.count_attention(now)
    if found["stuck"]:
        yield Finding(
            "work", "bad", f"{found['stuck']} step(s) cannot go on by themselves. See why under Kelola, Tersendat.",
            f"{found['stuck']} langkah tersendat. Lihat sebabnya di Kelola, Tersendat.",
        )  # fmt: skip
    if found["unstaffed"]:
        yield Finding(
            "work", "bad", f"{found['unstaffed']} task(s) lie where nobody can do them. See Kelola, Ringkasan.",
            f"{found['unstaffed']} tugas tidak dapat dikerjakan siapa pun. Lihat Kelola, Ringkasan.",
        )  # fmt: skip
    if not found["stuck"] and not found["unstaffed"]:
        yield Finding("work", "good", "every task can be done by somebody.", "setiap tugas ada yang dapat mengerjakan.")


@looks(65)
def lateness(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at the cases whose legal time has run out: nothing of the installation is broken, but all is not well."""
    late, longest = queries.count_late(now)
    if late:
        days = max((now - longest).days, 1) if longest else 1
        yield Finding(
            "late", "note",
            f"{late} open case(s) are past their legal time, the longest by {days} days. Their heads see them in the unit's inbox.",
            f"{late} berkas melewati jangka waktunya, yang terlama {days} hari. Pimpinan unit melihatnya di kotak masuk unit.",
        )  # fmt: skip
    else:
        yield Finding("late", "good", "no case is past its legal time.", "tidak ada berkas yang lewat jangka waktunya.")


@looks(66)
def errands(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at what is asked of others (registries, the seal): what was tried and did not work yet."""
    found = owed.find_struggling(events.ERRAND)
    if found is None:
        yield Finding(
            "lookups", "good", "registries and the seal answer what was asked of them.",
            "registri dan segel menjawab yang ditanyakan.",
        )  # fmt: skip
        return
    count, error = found
    yield Finding(
        "lookups", "bad", f"{count} call(s) to a registry or the seal do not get through: {error[:160]}. They are tried again by themselves; see Kelola, Kotak keluar.",
        f"{count} panggilan ke registri atau segel belum berhasil: {error[:160]}. Dicoba lagi dengan sendirinya; lihat Kelola, Kotak keluar.",
    )  # fmt: skip


@looks(210, deep=True)
def next_steps(home: Path, now: datetime) -> Iterator[Finding]:
    """See that every case that is not closed has a next step: an open task, a timer, work owed, or a stuck step somebody is told of."""
    idle = queries.list_without_next_step()
    if idle:
        yield Finding(
            "cases", "bad", f"{len(idle)} open case(s) have no next step, such as {idle[0]}.",
            f"{len(idle)} berkas terbuka tidak punya langkah berikut, misalnya {idle[0]}.",
        )  # fmt: skip
    else:
        yield Finding(
            "cases", "good", "every open case has a next step.", "setiap berkas terbuka punya langkah berikut."
        )


@looks(211, deep=True)
def retold(home: Path, now: datetime) -> Iterator[Finding]:
    """Tell each case again from its journal, and see that it leads to where the case stands."""
    from balai.casework.cases import history

    count, parted = 0, []
    for number in queries.list_all_numbers():
        count += 1
        _, fault = history.replay(history.get_position(number))
        parted += [f"{number}: {fault}"] if fault else []
    for fault in parted[:5]:
        yield Finding("replay", "bad", f"the replay parts from the case: {fault}", f"putar ulang berbeda: {fault}")
    if not parted:
        yield Finding(
            "replay", "good", f"{count} case(s) told again lead to where they stand.",
            f"{count} berkas diputar ulang sampai tempatnya sekarang.",
        )  # fmt: skip
