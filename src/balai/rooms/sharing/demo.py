"""Letters that Siti shows by a link: one that a bank opened, and one that she withdrew."""

from collections.abc import Iterator
from functools import partial

from balai.base import stories
from balai.base.actors import Actor
from balai.casework.cases import queries as cases
from balai.casework.issuing import queries as issuing
from balai.rooms.sharing import actions, queries

BANK = Actor("anonymous", "portal")


@stories.story("room_sharing.shared", order=65)
def share(stage: stories.Stage) -> Iterator[None]:
    """Make two links to her first letter that holds; the first is opened, the second withdrawn."""
    siti = stage.cast.siti.citizen
    letters = (
        (one.number, letter)
        for one in cases.list_cases_of(stage.cast.siti.person_id)
        for letter in issuing.list_letters_of(cases.find_case_id(one.number))
    )
    number, letter = next(((number, letter) for number, letter in letters if letter.state == "signed"), ("", None))
    if letter is None:
        return
    make = partial(actions.make, actor=siti, number=number, letter_id=letter.id)
    opened, _ = make(command_id=stage.id("bank"), now=stage.ago(days=2), days=30)
    yield
    if stage.first("opened"):
        queries.open_share(next(one for one in queries.list_shares(letter.id) if one.id == opened), stage.ago(days=1))
        actions.count_opening(command_id=stage.id("opened"), actor=BANK, now=stage.ago(days=1), share_id=opened)
    yield
    other, _ = make(command_id=stage.id("other"), now=stage.ago(hours=20), days=7)
    yield
    actions.withdraw(
        command_id=stage.id("withdrawn"), actor=siti, now=stage.ago(hours=18), number=number, letter_id=letter.id,
        share_id=other,
    )  # fmt: skip
