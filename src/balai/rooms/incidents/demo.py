"""The drill of an incident, from its detection to what is learnt; and the one incident that the demonstration city remembers."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

from balai.base import drills, journal, stories
from balai.base.errors import Unavailable
from balai.records.outages import actions as outage_actions
from balai.records.outages import queries as outages
from balai.records.people import actions as people
from balai.records.people import queries as people_queries
from balai.rooms.incidents import actions, queries, rules

DONE = "Latihan / Drill"


@drills.drill("incident")
def practise(stage: drills.DrillStage) -> Iterator[str]:
    """Detect, contain, report and learn, each step proved; what is read-only or frozen is undone or synthetic."""
    began = stage.clock()
    owed = len(outages.list_owed())
    incident_id = actions.open_incident(
        command_id=uuid4(), actor=stage.actor, now=began, kind="breach", title=DONE, drill=True, detected_at=began,
        description="Latihan: satu akun dipakai orang lain. / Drill: one account is used by somebody else.",
    )  # fmt: skip
    yield "detect    the incident is open, and its clocks run"
    person_id = _synthetic(stage)
    do = partial(_do, stage, incident_id)
    do(actions.freeze, person_id=person_id, reason=DONE)
    drills.require(not people_queries.has_open_account(person_id), "the frozen account is still open")
    yield "contain   an account is frozen: nobody signs in to it"
    do(actions.shut, why_id="Latihan, sebentar saja.", why_en="A drill, for a moment.")
    try:
        drills.require(not _may_write(stage), "the hall takes writes although it is read-only")
        do(actions.note, at=stage.clock(), text="Hanya dapat dibaca / Read-only")
        yield "contain   the hall is read-only: writing is refused, the book goes on"
    finally:
        do(actions.reopen)
    drills.require(_may_write(stage), "the hall takes no writes although it was opened again")
    drills.require(len(outages.list_owed()) == owed, "the drill would extend real deadlines")
    yield "contain   the hall is open again, and no deadline of anybody moved"
    do(actions.assess, affected=1, told={"data": "Nama / Name", "impact": DONE, "contact": "Administrator"})
    for one in queries.open_incident(incident_id).clocks:
        do(actions.answer_clock, clock=one.clock.id, at=stage.clock())
    do(actions.move, to="contained")
    do(actions.move, to="reported")
    file = _report(stage.folder, queries.open_incident(incident_id))
    drills.require(file.stat().st_size > 400, "the report says next to nothing")
    yield f"report    everybody was told within their clock; the report {file.name} has {len(file.read_text().splitlines())} lines"
    do(actions.move, to="closed", lessons="Latihan selesai. / The drill is over.")
    stream = journal.read_stream(f"incident:{incident_id}")
    drills.require(
        all(line.holds for line in stream) and stream[-1].action == "closed", "the book's journal does not hold"
    )
    yield f"learn     the book is closed; its journal of {len(stream)} entries holds"
    drills.require(outage_actions.write_status(stage.clock()), "the folder of BALAI_STATUS is not there")
    yield "tell      the status page was written"


def _do(stage: drills.DrillStage, incident_id: UUID, what: object, **given: object) -> None:
    what(command_id=uuid4(), actor=stage.actor, now=stage.clock(), incident_id=incident_id, **given)  # type: ignore[operator]


def _synthetic(stage: drills.DrillStage) -> UUID:
    """Make an account of nobody."""
    email = f"latihan-{uuid4().hex[:8]}@latihan.invalid"
    account = people.create_account(
        command_id=uuid4(), actor=stage.actor, now=stage.clock(), email=email, password=None, name=DONE
    )
    found = people_queries.find_person_of_account(account)
    assert found is not None
    return found


def _may_write(stage: drills.DrillStage) -> bool:
    """Tell whether a deed of any kind is opened now, such as making one more account of nobody."""
    try:
        _synthetic(stage)
    except Unavailable:
        return False
    return True


def _report(folder: Path, view: queries.OpenedIncident) -> Path:
    """Write the report as plain text: what the page of the report prints."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{view.row.number}.txt"
    parts = [f"{view.row.number}  {view.row.kind}  {view.row.state}  {view.row.detected_at.isoformat()}"]
    parts += [f"{name}: {view.told[name]}" for name in rules.TOLD]
    parts += [f"{line.at.isoformat()}  {line.text}" for line in view.lines]
    parts += [
        f"{one.clock.ref} ({one.clock.status}): {one.answered_at.isoformat() if one.answered_at else '-'}"
        for one in view.clocks
    ]
    file.write_text("\n".join(parts) + "\n", encoding="utf-8")
    return file


@stories.story("room_incidents.past", order=70)
def remember(stage: stories.Stage) -> None:
    """Let the city remember one evening on which the mail stood still, told in the book from beginning to end."""
    at = stage.ago(days=40)
    officer = drills.DRILLER

    def later(hours: float) -> datetime:
        return at + timedelta(hours=hours)

    incident_id = actions.open_incident(
        command_id=stage.id("open"), actor=officer, now=at, kind="outage", title="Surel tidak terkirim semalam",
        description="Server surel menolak semua kiriman sejak sore; pemberitahuan menumpuk dan terkirim pagi harinya.",
        systems="Surel", detected_at=at,
    )  # fmt: skip
    for number, (hours, text) in enumerate(
        (
            (0.2, "Kotak keluar menumpuk, doctor melaporkan surel."),
            (11, "Sertifikat server surel diperbarui; semua terkirim."),
        )
    ):
        actions.note(
            command_id=stage.id("note", number), actor=officer, now=later(hours), incident_id=incident_id, at=later(hours),
            text=text,
        )  # fmt: skip
    steps = (("contained", ""), ("reported", ""), ("closed", "Masa berlaku sertifikat kini diperiksa setiap pagi."))
    for number, (to, lessons) in enumerate(steps):
        actions.move(
            command_id=stage.id("move", to), actor=officer, now=later(12 + number), incident_id=incident_id, to=to,
            lessons=lessons,
        )  # fmt: skip
