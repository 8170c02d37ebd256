"""What the demonstration city tells of readings: months of them, one that nobody can explain at first, and a protected person."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from django.utils.timezone import localdate

from balai.base import readings, stories
from balai.base.errors import NotFound
from balai.casework.cases import queries as cases
from balai.casework.readings import actions
from balai.records.offices import queries as offices
from balai.records.protection import actions as protection
from balai.records.protection import queries as protections

WEEKS = 14


@stories.story("readings.months", order=60)
def look_for_months(stage: stories.Stage) -> Iterator[None]:
    """Let Budi and Ratna see Siti's cases in their lists, week by week, and open her newest; let her want to be told."""
    cast = stage.cast
    rows = cases.list_cases_of(cast.siti.person_id)
    if not rows:
        return
    for week in range(WEEKS, 0, -1):
        if not stage.first("week", week):
            continue
        dice = stage.chance("week", week)
        at = stage.ago(days=7 * week - dice.randrange(5), hours=dice.randrange(1, 6))
        officer = (cast.budi if week % 3 else cast.ratna).officer
        seen = [row for row in rows if row.submitted_at <= at] or rows[-1:]
        cases.record_list(officer, "inbox", ((row.case_id, row.applicant_id) for row in seen), now=at)
        if week % 4 == 0:
            cases.open_case(officer, seen[0].number, now=at + timedelta(minutes=dice.randrange(2, 30)))
        yield
    actions.set_wish(command_id=stage.id("wish"), actor=cast.siti.citizen, now=stage.ago(days=20), wanted=True)


@stories.story("readings.unusual", order=61)
def look_without_a_task(stage: stories.Stage) -> Iterator[None]:
    """Let Budi open a closed case that was never his; the house finds it, and Ratna has yet to ask him."""
    found = cases.list_untouched(stage.cast.budi.person_id, stage.cast.unit_id, 1)
    if not found or not stage.first("look"):
        return
    at = stage.ago(days=3, hours=2)
    before = readings.find_last()
    with suppress(NotFound):  # refused: asked for all the same
        cases.open_case(stage.cast.budi.officer, found[0][0], now=at)
    for row in readings.list_after(before, at + timedelta(minutes=1), 50):
        if row.object == f"case:{found[0][1]}":
            actions.judge(row, now=at)
    yield


@stories.story("readings.protected", order=62)
def protect_somebody(stage: stories.Stage) -> Iterator[None]:
    """Let Ratna protect a synthetic resident (wilayah 99), so that Budi sees their case without where they live."""
    cast = stage.cast
    found = cases.list_untouched(cast.budi.person_id, cast.unit_id, 8)
    posts = sorted(one.id for one in offices.list_posts(cast.unit_id) if one.role in ("head", "section-head"))[:2]
    others = [person for _, _, person in found[1:] if person != cast.siti.person_id]
    if not others or len(posts) < 2 or protections.list_running(("/",)):
        return
    now = stage.ago(days=10)
    protection.protect(
        command_id=stage.id("protect"), actor=cast.ratna.officer, now=now, person_id=others[0], kind="violence",
        reason="Contoh: perintah perlindungan sementara, bukan perkara sungguhan", post_ids=posts,
        review_on=localdate(now) + timedelta(days=120),
    )  # fmt: skip
    yield
