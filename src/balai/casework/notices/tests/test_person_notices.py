"""What a person is told that belongs to no case: offered mandates, sealed under the person's own vault."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from tests.cast import NOW, Cast, make_cast

from balai.base import crypto
from balai.base.actors import Actor
from balai.base.models import Message
from balai.base.outbox import Worker
from balai.casework.notices import queries
from balai.casework.notices.models import Notice
from balai.records.offices import actions as offices
from balai.records.offices.models import Appointment
from balai.records.people import actions as people
from balai.records.people import queries as people_queries
from balai.records.people.models import Person
from balai.records.people.rules import Identity

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make_cast(NOW)


def offer(cast: Cast) -> UUID:
    """Let Siti offer that Joko acts for her."""
    return people.offer_mandate(
        command_id=uuid4(), actor=cast.siti.citizen, now=NOW, principal_id=cast.siti.person_id,
        agent_id=cast.joko.person_id, kind="family", services=[], from_date=NOW.date(), to_date=None,
    )  # fmt: skip


def mailbox() -> str:
    """Read what the demonstration's carriers took about mandates; other tests' mail lies there too."""
    found = [path.read_text("utf-8") for path in (Path(settings.BALAI_HOME) / "mailbox").glob("*.txt")]
    return "\n".join(text for text in found if "/kuasa/" in text)


def test_whoever_may_accept_an_offer_is_told_on_their_pages_and_by_their_contacts(cast: Cast) -> None:
    offer(cast)
    Worker().drain(NOW)
    told = Notice.objects.filter(event="mandate-offered")
    assert {(row.person_id, row.case_id, row.state) for row in told} == {(cast.joko.person_id, None, "sent")}
    assert {row.channel for row in told} == {"portal", "email", "sms"}
    (shown,) = queries.list_notices_of(cast.joko.person_id)
    assert (shown.case_number, shown.read_at) == ("", None)
    assert "S*** R*** C***" in shown.body and "/kuasa/" in shown.body
    assert queries.list_notices_of(cast.siti.person_id) == []
    letters = mailbox()
    assert "joko@balai.example" in letters and "+6281200000004" in letters
    assert "Siti Rahma" not in letters, "a name anybody may give themselves does not travel"


def test_it_is_written_in_the_language_of_the_person(cast: Cast) -> None:
    people.change_details(
        command_id=uuid4(), actor=cast.joko.citizen, now=NOW, person_id=cast.joko.person_id, language="en"
    )
    offer(cast)
    Worker().drain(NOW)
    (shown,) = queries.list_notices_of(cast.joko.person_id)
    assert "waits for your answer" in shown.subject


def test_an_offer_that_was_taken_back_tells_nobody(cast: Cast) -> None:
    mandate = offer(cast)
    people.refuse_mandate(command_id=uuid4(), actor=cast.siti.citizen, now=NOW, mandate_id=mandate)
    Worker().drain(NOW)
    assert not Notice.objects.exists()


def test_the_same_message_twice_tells_once(cast: Cast) -> None:
    offer(cast)
    Worker().drain(NOW)
    count = Notice.objects.count()
    Message.objects.filter(topic="people.mandate-offered").update(state="waiting", done_at=None)
    Worker().drain(NOW)
    assert Notice.objects.count() == count


def test_those_who_manage_a_firm_are_told_what_is_offered_to_it(cast: Cast) -> None:
    now = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    firm = people.register_person(
        command_id=uuid4(), actor=cast.budi.officer, now=now, identity=Identity("CV Contoh"),
        kind=Person.Kind.ORGANISATION,
    )  # fmt: skip
    offered = {
        "actor": cast.siti.citizen, "now": now, "principal_id": firm, "kind": "business", "services": [],
        "from_date": NOW.date(), "to_date": None,
    }  # fmt: skip
    first = people.offer_mandate(command_id=uuid4(), agent_id=cast.siti.person_id, may_delegate=True, **offered)
    Worker().drain(now)
    assert not Notice.objects.exists(), "nobody manages this firm yet"
    people.confirm_mandate(
        command_id=uuid4(), actor=cast.budi.officer, now=now, mandate_id=first, evidence_document_id=None, reason="akta"
    )
    people.offer_mandate(command_id=uuid4(), agent_id=cast.joko.person_id, **(offered | {"actor": cast.joko.citizen}))
    Worker().drain(now)
    assert set(Notice.objects.values_list("person_id", flat=True)) == {cast.siti.person_id}


def test_a_forgotten_person_is_told_nothing_and_their_notices_stay_sealed_for_ever(cast: Cast) -> None:
    offer(cast)
    Worker().drain(NOW)
    vault = people_queries.get_vault_id(cast.joko.person_id)
    crypto.shred(vault, NOW)
    assert queries.list_notices_of(cast.joko.person_id) == []


def test_a_deputy_is_told_of_the_post_and_its_days_by_the_bell_and_by_mail(cast: Cast) -> None:
    ratnas = Appointment.objects.filter(person_id=cast.ratna.person_id).order_by("id")[0]
    offices.set_deputy(
        command_id=uuid4(), actor=Actor("system", "console", name="test"), now=NOW, appointment_id=ratnas.id,
        person_id=cast.budi.person_id, from_date=NOW.date(), to_date=NOW.date() + timedelta(days=3), basis="Cuti tahunan",
    )  # fmt: skip
    Worker().drain(NOW)
    told = Notice.objects.filter(event="deputised")
    assert {(row.person_id, row.channel, row.state) for row in told} == {
        (cast.budi.person_id, "desk", "sent"), (cast.budi.person_id, "email", "sent"),
    }  # fmt: skip
    (shown,) = [one for one in queries.list_bell(cast.budi.person_id) if ratnas.post.title in one.subject]
    assert "5 Maret 2026" in shown.body
    assert not Notice.objects.filter(event="deputised").exclude(person_id=cast.budi.person_id).exists()
