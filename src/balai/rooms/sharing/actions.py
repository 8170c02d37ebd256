"""Every write of shared letters: a link made, withdrawn, opened, forgotten. Each is one deed."""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from balai.base import journal
from balai.base.actors import CLOCK, Actor
from balai.base.commands import command, once
from balai.base.errors import Conflict, NotFound
from balai.base.journal import Deed
from balai.records.errors import wrong
from balai.rooms.sharing import queries, rules
from balai.rooms.sharing.models import Share


def make(
    *, command_id: UUID, actor: Actor, now: datetime, number: str, letter_id: UUID, days: int, track_code: str = ""
) -> tuple[UUID, str]:
    """Make a link to a letter: (its id, its secret). The secret is told this once; a repetition gives "".

    :raises NotFound: :raises NotAllowed: :raises Invalid: `share-days`. :raises Conflict: `share-too-many`.
    """
    if days not in rules.DAYS:
        raise wrong("share-days", "days")
    view = queries.open_case(actor, number, now=now, track_code=track_code)
    letter = queries.get_letter(view, letter_id)
    digest = journal.digest_of(str(letter_id), str(days))
    with journal.deed(command_id, actor=actor, now=now, name="sharing.make", digest=digest) as deed:
        made = uuid5(deed.id, "share")
        if deed.repeated:
            return made, ""
        if queries.count_open(letter.id, now) >= rules.MOST:
            raise Conflict("share-too-many", most=rules.MOST)
        secret = rules.make_secret()
        Share.objects.create(
            id=made, letter_id=letter.id, person_id=actor.person_id, key_hash=queries.hash_of(secret), made_at=now,
            until=now + timedelta(days=days),
        )  # fmt: skip
        deed.record(_stream(made), "make", {"letter": str(letter.id), "days": days})
    return made, secret


@command("sharing.withdraw", apart=("track_code",))
def withdraw(
    *, command_id: UUID, actor: Actor, now: datetime, number: str, letter_id: UUID, share_id: UUID, track_code: str = ""
) -> None:
    """Withdraw a link: it opens nothing from this moment.

    :raises NotFound: :raises NotAllowed: :raises Conflict: `share-over` when it holds no longer.
    """
    view = queries.open_case(actor, number, now=now, track_code=track_code)
    letter = queries.get_letter(view, letter_id)
    with once() as deed:
        row = Share.objects.select_for_update().filter(id=share_id, letter_id=letter.id).first()
        if row is None:
            raise NotFound
        if rules.state_of(row.until, row.withdrawn_at, now) != "open":
            raise Conflict("share-over")
        Share.objects.filter(id=row.id).update(withdrawn_at=now)
        deed.record(_stream(row.id), "withdraw", {})


@command("sharing.open", always=True)
def count_opening(*, command_id: UUID, actor: Actor, now: datetime, share_id: UUID) -> None:
    """Count that a link was opened; the reading itself was recorded before. It goes on while the hall is read-only."""
    with once() as deed:
        row = Share.objects.select_for_update().get(id=share_id)
        Share.objects.filter(id=row.id).update(opened=row.opened + 1, opened_at=now)
        deed.record(_stream(row.id), "open", {})


def forget(deed: Deed, person_id: UUID, reason: str) -> None:
    """Take away the links of a person who is being forgotten, in the deed that forgets them."""
    for row in Share.objects.filter(person_id=person_id):
        deed.record(_stream(row.id), "forget", {"reason": reason})
    Share.objects.filter(person_id=person_id).delete()


def follow_person(*, message_id: UUID, now: datetime, kept_id: UUID, gone_id: UUID) -> None:
    """Let the links of a joined record follow to the person it was joined into."""
    with journal.deed(message_id, actor=CLOCK, now=now, name="sharing.follow-person") as deed:
        if not deed.repeated:
            Share.objects.filter(person_id=gone_id).update(person_id=kept_id)


def _stream(share_id: UUID) -> str:
    return f"share:{share_id}"
