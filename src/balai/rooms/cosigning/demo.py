"""An application of Siti's that waits for one co-signer: she named two neighbours, and one of them agreed by link."""

from collections.abc import Iterator
from datetime import timedelta

from balai.base import stories
from balai.casework.cases import queries as cases
from balai.casework.cases.actions import Submission, start_draft, submit
from balai.casework.catalogue import queries as catalogue
from balai.records.people import queries as people
from balai.rooms.cosigning import actions, queries

SERVICE = "sewa-aula"
ANSWERS = {
    "reason": "Pentas seni ulang tahun kampung", "place": "Aula Kelurahan Lempake", "phone": "081200000001", "true_statement": "ya",
    "neighbours": [
        {"name": "Joko Contoh", "phone": "081211112222", "nik": "9901010202900002"},
        {"name": "Budi Contoh", "phone": "081233334444"},
    ],
}  # fmt: skip
AGREES = "Budi Contoh"


@stories.story("room_cosigning.waits", order=57)
def wait(stage: stories.Stage) -> Iterator[None]:
    """Let Siti apply, where the city has that service, and one of the two neighbours she named agree."""
    if SERVICE not in {one.id for one in catalogue.list_services()}:
        return
    siti, at = stage.cast.siti.citizen, stage.ago(days=2)
    if stage.first("applied"):
        draft_id, _ = start_draft(actor=siti, now=at, service_id=SERVICE, answers={})
        village = people.get_person(stage.cast.siti.person_id).identity.village

        def day(ahead: int) -> str:
            return (stage.now + timedelta(days=ahead)).date().isoformat()

        submit(
            Submission(
                id=stage.id("applied"), actor=siti, now=at, service_id=SERVICE, answers={**ANSWERS, "village": village, "starts_on": day(30), "ends_on": day(31)},
                draft_id=draft_id,
            )
        )  # fmt: skip
        stage.deliver(at)
    yield
    number = next(
        (one.number for one in cases.list_cases_of(stage.cast.siti.person_id) if one.service_id == SERVICE), ""
    )
    case = cases.read_case(number=number) if number else None
    for row in queries.list_rows(case.id) if case is not None else ():
        if case is not None and queries.open_row(row, case.key).name == AGREES and stage.first("agreed"):
            seen = queries.show(case, row, "id", hidden=False).seen
            actions.record_answer(
                command_id=stage.id("agreed"), actor=queries.BY_LINK, now=stage.ago(days=1), case_id=case.id,
                cosigner_id=row.id, agrees=True, reason="", seen=seen, way="link",
            )  # fmt: skip
