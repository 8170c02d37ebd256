"""What the archive tells in a demonstration: a case kept from destruction, and a wish to be forgotten."""

from collections.abc import Iterator

from balai.base import stories
from balai.casework.archive import actions
from balai.casework.cases import queries as cases


@stories.story("archive.hold")
def hold_a_case(stage: stories.Stage) -> Iterator[None]:
    """Let Ratna keep a closed case of Siti's, and Joko ask to be forgotten."""
    cast = stage.cast
    closed = next((each.case_id for each in cases.list_cases_of(cast.siti.person_id) if each.status == "closed"), None)
    if closed is not None:
        actions.place_hold(
            command_id=stage.id("hold"), actor=cast.ratna.officer, now=stage.ago(days=5), case_id=closed,
            reason="Diminta untuk pemeriksaan (contoh)", basis="Surat permintaan contoh, bukan dokumen resmi",
        )  # fmt: skip
        yield
    actions.ask_to_be_forgotten(command_id=stage.id("wish"), actor=cast.joko.citizen, now=stage.ago(days=2))
