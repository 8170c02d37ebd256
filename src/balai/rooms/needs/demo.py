"""Who needs what to be served in the demonstration city: said by themselves, and written down at a counter."""

from collections.abc import Iterator

from balai.base import stories
from balai.base.actors import Actor
from balai.casework.cases import queries as cases
from balai.rooms.needs import actions, queries

SAID = (
    (("interpreter",), "Juru bahasa isyarat; boleh lewat panggilan video."),
    (("companion", "aloud"), "Datang bersama anak saya, yang membacakan."),
    (("wheelchair",), ""),
)


@stories.story("room_needs.said", order=55)
def say(stage: stories.Stage) -> Iterator[None]:
    """Let three of those whose cases lie on Budi's desk say it, the last of them at the counter."""
    waiting = [one for one in cases.list_inbox(stage.cast.budi.person_id, now=stage.now, limit=12) if one.case_id]
    people = dict.fromkeys(cases.read_case(case_id=one.case_id).applicant_id for one in waiting)
    cast = {one.person_id for one in (stage.cast.siti, stage.cast.budi, stage.cast.ratna, stage.cast.joko)}
    found = [one for one in people if one is not None and one not in cast]
    for slot, (person_id, (kinds, words)) in enumerate(zip(found, SAID, strict=False)):
        if stage.first(slot):
            counter = Actor("officer", "counter", person_id=stage.cast.budi.person_id, second_factor=True)
            actions.state(
                command_id=stage.id(slot), actor=counter if slot == 2 else Actor("person", "portal", person_id=person_id),
                now=stage.ago(days=6 - slot), whose=queries.own(person_id), kinds=kinds, words=words, consent=True,
            )  # fmt: skip
        yield
