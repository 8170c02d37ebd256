"""What the demonstration city tells of its law: values that Ratna confirmed, one to be reviewed soon, and a change that was replayed and dropped."""

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.utils.timezone import localdate

from balai.base import stories
from balai.base.actors import Actor
from balai.casework.catalogue import queries as catalogue
from balai.casework.legal import actions, queries
from balai.records.law import actions as law
from balai.records.offices import actions as offices
from balai.records.offices import queries as office_queries

CONSOLE = Actor("system", "console", name="demo")
CITY = "kota"
PAGES = "https://peraturan.go.id/"
CONFIRMED = {  # what: the regulation, its date, and in how many days it is to be reviewed
    "objection": ("UU 30/2014 pasal 77", date(2014, 10, 17), 400),
    "silence": ("UU 30/2014 pasal 53 jo. UU 6/2023 pasal 175", date(2023, 3, 31), 12),
}
WRITTEN = {"objection": "UU 30/2014 ps. 77", "silence": "UU 30/2014 ps. 53"}
MICRO = "izin-usaha-mikro"
LIMIT = (
    'micro_capital_limit: {type: money, value: "1000000000"',
    'micro_capital_limit: {type: money, value: "50000000"',
)


@stories.story("legal.law", order=58)
def confirm_some(stage: stories.Stage) -> Iterator[None]:
    """Let Ratna be the city's legal officer, and confirm what stands in every service."""
    ratna = stage.cast.ratna
    post = offices.create_post(
        command_id=stage.id("post"), actor=CONSOLE, now=stage.ago(days=60), unit_id=office_queries.get_unit(CITY).id,
        role="legal", title="Analis hukum",
    )  # fmt: skip
    offices.appoint(
        command_id=stage.id("appointed"), actor=CONSOLE, now=stage.ago(days=60), post_id=post.id,
        person_id=ratna.person_id, from_date=localdate(stage.now) - timedelta(days=60), basis="SK Contoh",
    )  # fmt: skip
    yield
    for line in catalogue.list_law(stage.now):
        told = CONFIRMED.get(line.value.what)
        if told is None or not line.value.basis.startswith(WRITTEN[line.value.what]) or not line.unconfirmed:
            continue  # what silence means rests on another law where a service says none
        if not stage.first(line.value.digest):
            continue
        basis, day, days = told
        ground = law.LegalGround(basis, day, PAGES, localdate(stage.now) + timedelta(days=days))
        values = [
            law.LegalValue(one.kind, one.id, line.value.digest, line.value.what, line.value.basis)
            for one in line.unconfirmed
        ]
        law.confirm(
            command_id=stage.id("confirm", line.value.digest), actor=ratna.officer, now=stage.ago(days=30), values=values,
            ground=ground,
        )  # fmt: skip
        yield


@stories.story("legal.replayed", order=90, volume=True)
def replay_a_lower_limit(stage: stories.Stage) -> Iterator[None]:
    """Let Budi propose a lower limit for micro licences, and Ratna drop it once she saw what it would have done."""
    cast, at = stage.cast, stage.ago(hours=3)
    if MICRO not in catalogue.current_keys():
        return
    with TemporaryDirectory() as place:
        folder, town = _copy(Path(place))
        proposal_id = actions.propose(
            command_id=stage.id("propose"), actor=cast.budi.officer, now=at, folder=folder, town=town
        )
    yield
    while queries.get_proposal(proposal_id).replay != "done":
        actions.replay_on(proposal_id, now=at)
        yield
    _drop(stage, at)


def _copy(place: Path) -> tuple[Path, Path]:
    """Copy the service and the town, with the lower limit and a version of its own."""
    folder, town = place / "services" / MICRO, place / "town"
    shutil.copytree(settings.BALAI_SERVICES / MICRO, folder)
    shutil.copytree(settings.BALAI_TOWN_FOLDER, town)
    sheet, values = folder / "service.yaml", town / "town.yaml"
    version = catalogue.get_service(MICRO).version
    sheet.write_text(sheet.read_text("utf-8").replace(f'version: "{version}"', f'version: "{version}-usul"'), "utf-8")
    values.write_text(values.read_text("utf-8").replace(*LIMIT), "utf-8")
    return folder, town


def _drop(stage: stories.Stage, at: datetime) -> None:
    found = next((one for one in queries.list_proposals() if one.service_id == MICRO and one.state == "open"), None)
    if found is not None:
        actions.drop(
            command_id=stage.id("drop"), actor=stage.cast.ratna.officer, now=at + timedelta(hours=1),
            proposal_id=found.id,
        )  # fmt: skip
