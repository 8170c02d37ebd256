"""Rows changed by plain SQL, past every deed: each is found, and named with what was changed; no case changed so opens."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from tests import stages
from tests.cast import NOW, Cast, photo
from tests.sessions import sign_in

from balai.base import access_log, crypto, journal, journal_check, linking, marks, sql
from balai.base.errors import Altered
from balai.base.models import SecurityEvent
from balai.base.outbox import Worker
from balai.casework.cases import queries
from balai.casework.cases.actions import Command, act
from balai.casework.issuing.tests.story import sign, stage, to_sign
from balai.doors.console.demo.cast import CONSOLE
from balai.records.documents import actions as documents
from balai.records.people import actions as people
from balai.records.people.models import Account

pytestmark = pytest.mark.django_db(transaction=True)


class Hall(NamedTuple):
    """A hall with one signed letter, one running case, a document, readings and refusals, all vouched for."""

    cast: Cast
    signed: UUID
    running: UUID
    document: UUID

    @property
    def case(self) -> str:
        return sql.row("SELECT number FROM cases_case WHERE id = %s", [self.running])[0]  # type: ignore[index]


@pytest.fixture
def hall() -> Hall:
    return stages.again("tampering", make)


def make() -> Hall:
    cast = stage()
    signed, token = to_sign(cast)
    sign(cast, signed, token)
    running, _ = to_sign(cast)
    document = documents.store(
        crypto.new_vault().id, BytesIO(photo()), name="ktp.jpg", actor=cast.siti.citizen, now=NOW
    )
    for _ in range(3):
        access_log.record_access(
            cast.budi.officer, purpose="casework", object=f"case:{running}", person_id=cast.siti.person_id, now=NOW
        )
        access_log.record_security("wrong-passphrase", actor="officer:x", now=NOW, tries=2)
    people.offer_mandate(
        command_id=uuid4(), actor=cast.siti.citizen, now=NOW, principal_id=cast.siti.person_id, agent_id=cast.joko.person_id,
        kind="family", services=[], from_date=NOW.date(), to_date=None,
    )  # fmt: skip
    Worker().drain(NOW)  # notices
    marks.adopt(NOW)
    people.freeze_account(
        command_id=uuid4(), actor=CONSOLE, now=NOW, person_id=cast.joko.person_id, reason="Diduga diambil alih."
    )
    while linking.link(NOW):
        pass
    journal.seal_new_entries(NOW)
    report = journal_check.verify_journal(deep=True)
    assert report.faults == () and report.open == (), report.faults
    return Hall(cast, signed, running, document.id)


def stream(case_id: UUID) -> str:
    return f"case:{case_id}"


# name: (what is run on the hall, words that its fault holds)
Change = tuple[Callable[[Hall], tuple[str, list[Any]]], tuple[str, ...]]
CHANGES: dict[str, Change] = {
    "channel of an entry": (
        lambda h: ("UPDATE base_entry SET channel = 'counter' WHERE stream = %s AND seq = 1", [stream(h.running)]),
        ("case:", "entry 1 was changed"),
    ),
    "on whose behalf": (
        lambda h: ("UPDATE base_entry SET on_behalf_of = %s WHERE stream = %s AND seq = 2", [uuid4(), stream(h.running)]),
        ("case:", "entry 2 was changed"),
    ),
    "format of an entry": (
        lambda h: ("UPDATE base_entry SET format = 1 WHERE stream = %s AND seq = 2", [stream(h.running)]),
        ("case:", "entry 2 was changed"),
    ),
    "tail of a case": (
        lambda h: (
            "DELETE FROM base_entry WHERE stream = %s AND seq = (SELECT max(seq) FROM base_entry WHERE stream = %s)",
            [stream(h.running)] * 2,
        ),
        ("base_entry", "cut off"),
    ),
    "whole journal of a case": (
        lambda h: ("DELETE FROM base_entry WHERE stream = %s", [stream(h.running)]), ("cases_case", "its journal is gone"),
    ),
    "head of a stream": (
        lambda h: ("DELETE FROM base_stream WHERE name = 'accesses'", []), ("accesses", "head (base_stream) is gone"),
    ),
    "a reading taken away": (
        lambda h: ("DELETE FROM base_access WHERE id = (SELECT max(id) FROM base_access)", []),
        ("base_access", "taken away by hand", "after 2026-03-02"),
    ),
    "all readings emptied": (lambda h: ("DELETE FROM base_access", []), ("base_access", "row(s) were taken away")),
    "a reading's purpose": (
        lambda h: ("UPDATE base_access SET purpose = 'audit' WHERE id = (SELECT min(id) FROM base_access)", []),
        ("base_access", "was changed"),
    ),
    "a reading's reader": (
        lambda h: ("UPDATE base_access SET reader_id = %s WHERE id = (SELECT min(id) FROM base_access)", [uuid4()]),
        ("base_access", "was changed"),
    ),
    "a reading put in": (
        lambda h: (
            "INSERT INTO base_access (at, actor, channel, purpose, object, mac) SELECT at, actor, channel, 'x', object, mac"
            " FROM base_access LIMIT 1",
            [],
        ),
        ("base_access", "put in by hand"),
    ),
    "readings unlinked": (
        lambda h: ("UPDATE base_access SET linked = NULL", []), ("base_access", "row(s) were taken away"),
    ),
    "security log emptied": (
        lambda h: ("DELETE FROM base_securityevent", []), ("base_securityevent", "row(s) were taken away"),
    ),
    "an alarm's kind": (
        lambda h: ("UPDATE base_securityevent SET kind = 'quiet' WHERE id = (SELECT min(id) FROM base_securityevent)", []),
        ("base_securityevent", "was changed"),
    ),
    "an alarm's body": (
        lambda h: ("UPDATE base_securityevent SET body = %s WHERE id = (SELECT min(id) FROM base_securityevent)", [{"tries": 1}]),
        ("base_securityevent", "was changed"),
    ),
    "all outcomes": (
        lambda h: ("UPDATE cases_case SET outcome = 'refused' WHERE outcome <> ''", []),
        ("cases_case", "outcome is 'refused' and was 'granted'"),
    ),
    "status": (
        lambda h: ("UPDATE cases_case SET status = 'waiting' WHERE id = %s", [h.running]),
        ("cases_case", "status is 'waiting' and was 'open'"),
    ),
    "revision": (
        lambda h: ("UPDATE cases_case SET revision = 0 WHERE id = %s", [h.running]), ("cases_case", "revision is 0 and was"),
    ),
    "applicant": (
        lambda h: ("UPDATE cases_case SET applicant_id = %s WHERE id = %s", [h.cast.joko.person_id, h.running]),
        ("cases_case", "applicant_id is", "and was"),
    ),
    "submitter": (
        lambda h: ("UPDATE cases_case SET submitted_by_id = %s WHERE id = %s", [h.cast.joko.person_id, h.running]),
        ("cases_case", "submitted_by_id is", "and was"),
    ),
    "mark of a case": (
        lambda h: ("UPDATE cases_case SET mac = %s WHERE id = %s", [bytes(32), h.running]), ("cases_case", "or its mark"),
    ),
    "end event": (
        lambda h: ("UPDATE cases_case SET end_event = 'elsewhere' WHERE id = %s", [h.running]), ("cases_case", "end event"),
    ),
    "head of a case": (
        lambda h: ("UPDATE cases_case SET journal_seq = 1 WHERE id = %s", [h.running]), ("cases_case", "does not end where"),
    ),
    "position": (
        lambda h: ("UPDATE cases_case SET state = %s WHERE id = %s", [{"n": 9, "t": [["9", "deliver"]]}, h.running]),
        ("cases_case", "position (state)"),
    ),
    "answers": (
        lambda h: ("UPDATE cases_case SET data_sealed = %s WHERE id = %s", [b"noise" * 9, h.running]),
        ("cases_case", "answers (data_sealed) do not open"),
    ),
    "a key": (
        lambda h: (
            "UPDATE base_vault SET wrapped_key = %s WHERE id = (SELECT vault_id FROM cases_case WHERE id = %s)",
            [b"\x02" + bytes(92), h.running],
        ),
        ("cases_case", "key (base_vault) does not open"),
    ),
    "an open task done": (
        lambda h: ("UPDATE cases_task SET state = 'done', closed_at = opened_at WHERE case_id = %s AND state = 'open'", [h.running]),
        ("cases_task", "still stands at this step"),
    ),
    "a done task open": (
        lambda h: ("UPDATE cases_task SET state = 'open' WHERE case_id = %s AND state = 'done'", [h.running]),
        ("cases_task", "has left this step"),
    ),
    "who did a task": (
        lambda h: ("UPDATE cases_task SET done_by_id = %s WHERE case_id = %s AND state = 'done'", [h.cast.joko.person_id, h.running]),
        ("cases_task", "done_by_id is", "and was"),
    ),
    "a letter's state": (
        lambda h: ("UPDATE issuing_letter SET state = 'revoked', revoked_at = signed_at, revoked_reason = 'x' WHERE state = 'signed'", []),
        ("issuing_letter", "state is 'revoked' and was 'signed'"),
    ),
    "a letter's file": (
        lambda h: ("UPDATE issuing_letter SET sha256 = %s WHERE state = 'signed'", ["0" * 64]), ("issuing_letter", "sha256"),
    ),
    "a letter's signer": (
        lambda h: ("UPDATE issuing_letter SET signer_name = 'Joko', signed_by_id = %s WHERE state = 'signed'", [h.cast.joko.person_id]),
        ("issuing_letter", "who signed it"),
    ),
    "a letter's number": (
        lambda h: ("UPDATE issuing_letter SET number = '1/X' WHERE state = 'signed'", []), ("issuing_letter", "number is 1/X"),
    ),
    "a document's digest": (
        lambda h: ("UPDATE documents_document SET address = %s WHERE id = %s", ["0" * 64, h.document]),
        ("documents_document", "digest changed"),
    ),
    "a document given up": (
        lambda h: ("UPDATE documents_document SET discarded_at = stored_at WHERE id = %s", [h.document]),
        ("documents_document", "discarded_at"),
    ),
    "a document taken away": (
        lambda h: ("DELETE FROM documents_document WHERE id = %s", [h.document]), ("documents_document", "its row is gone"),
    ),
    "when a case is due": (
        lambda h: ("UPDATE cases_case SET due_at = '2040-01-01 00:00:00+00:00' WHERE id = %s", [h.running]),
        ("cases_case", "due_at"),
    ),
    "when a task is due": (
        lambda h: (
            "UPDATE cases_task SET due_at = '2040-01-01 00:00:00+00:00' WHERE case_id = %s AND state = 'open'", [h.running]
        ),
        ("cases_task", "due_at is 2040-01-01", "and was 2026-"),
    ),
    "a frozen account let in": (
        lambda h: ("UPDATE people_account SET is_active = %s WHERE id = %s", [True, h.cast.joko.account_id]),
        ("people_account", "is_active was changed by hand (after 2026-03-02 01:00:00 UTC)"),
    ),
    "an administrator made": (
        lambda h: (
            "UPDATE people_account SET is_administrator = %s, second_factor_required = %s WHERE id = %s",
            [True, True, h.cast.joko.account_id],
        ),
        ("people_account", "is_administrator, second_factor_required was changed"),
    ),
    "a password": (
        lambda h: ("UPDATE people_account SET password = 'x' WHERE id = %s", [h.cast.budi.account_id]),
        ("people_account", "password was changed"),
    ),
    "a second factor's secret": (
        lambda h: ("UPDATE mfa_authenticator SET data = %s", [{"secret": "x"}]), ("mfa_authenticator", "data was changed"),
    ),
    "a second factor put in": (
        lambda h: (
            "INSERT INTO mfa_authenticator (user_id, type, data, created_at) SELECT %s, type, data, created_at"
            " FROM mfa_authenticator LIMIT 1",
            [h.cast.joko.account_id],
        ),
        ("mfa_authenticator", "was put in by hand"),
    ),
    "a second factor taken away": (
        lambda h: ("DELETE FROM mfa_authenticator", []), ("mfa_authenticator", "was taken away by hand"),
    ),
    "whom a letter names": (
        lambda h: ("UPDATE people_person SET sealed = %s WHERE id = %s", [b"noise", h.cast.siti.person_id]),
        ("people_person", "sealed was changed"),
    ),
    "whose a NIK is": (
        lambda h: ("UPDATE people_person SET nik_hash = %s WHERE id = %s", [bytes(32), h.cast.siti.person_id]),
        ("people_person", "nik_hash was changed"),
    ),
    "whose an account is": (
        lambda h: ("UPDATE people_person SET account_id = NULL WHERE id = %s", [h.cast.siti.person_id]),
        ("people_person", "account_id was changed"),
    ),
    "a mandate's state": (
        lambda h: ("UPDATE people_mandate SET state = 'active'", []), ("people_mandate", "state was changed"),
    ),
    "a mandate taken away": (lambda h: ("DELETE FROM people_mandate", []), ("people_mandate", "was taken away by hand")),
    "a notice that was not sent": (
        lambda h: ("UPDATE notices_notice SET state = 'sent', receipt = '250 OK' WHERE channel = 'email'", []),
        ("notices_notice", "receipt was changed"),
    ),
    "a notice taken away": (lambda h: ("DELETE FROM notices_notice", []), ("notices_notice", "was taken away by hand")),
    "a mark taken away": (
        lambda h: ("DELETE FROM base_mark WHERE id = (SELECT max(id) FROM base_mark WHERE name = 'people_account')", []),
        ("base_mark", "taken away by hand"),
    ),
    "a mark's digest": (
        lambda h: ("UPDATE base_mark SET digest = %s WHERE name = 'people_account'", [bytes(30)]), ("base_mark", "was changed"),
    ),
    "all marks": (lambda h: ("DELETE FROM base_mark", []), ("base_mark", "row(s) were taken away")),
    "who holds a post": (
        lambda h: ("UPDATE offices_appointment SET person_id = %s", [h.cast.joko.person_id]),
        ("offices_appointment", "person_id is", "and was"),
    ),
    "a post given by hand": (
        lambda h: (
            "INSERT INTO offices_appointment (id, post_id, person_id, kind, from_date, basis) SELECT %s, post_id, %s, 'definitive',"
            " from_date, '' FROM offices_appointment LIMIT 1",
            [uuid4(), h.cast.joko.person_id],
        ),
        ("offices_appointment", "no entry speaks of it"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_changed_by_plain_sql_is_named(hall: Hall, name: str) -> None:
    change, words = CHANGES[name]
    assert sql.execute(*change(hall)) > 0, "nothing was changed"
    faults = journal_check.verify_journal().faults
    assert any(all(word in fault for word in words) for fault in faults), faults


def test_whatever_gives_rights_or_an_address_is_marked(hall: Hall) -> None:
    """Rows that no entry is held against: of the accounts library, of offices, of protection; each change is named at one look."""
    address = EmailAddress.objects.create(user_id=hall.cast.budi.account_id, email="budi@kota.example", verified=False)
    EmailAddress.objects.filter(pk=address.pk).update(primary=False)
    address.set_as_primary()  # as allauth writes them: by itself, and through its own manager
    gone = EmailAddress.objects.create(user_id=hall.cast.joko.account_id, email="joko@kota.example")
    gone.delete()
    marks.adopt(NOW)
    assert journal_check.verify_journal().faults == ()
    changes = {
        ("account_emailaddress", "verified was changed"): "verified = NOT verified",
        ("people_account", "phone_verified_at was changed"): "phone_verified_at = joined_at",
        ("people_freeze", "ended_at was changed"): "ended_at = at",
        ("offices_unit", "path was changed"): "path = path || 'x/'",
        ("offices_post", "role was changed"): "role = 'kadis'",
        ("offices_appointment", "to_date was changed"): "to_date = '2199-01-01'",
        ("offices_workingcalendar", "closes_on_holidays was changed"): "closes_on_holidays = NOT closes_on_holidays",
    }
    for (table, _), change in changes.items():
        assert sql.execute(f"UPDATE {table} SET {change}") > 0, table
    faults = journal_check.verify_journal().faults
    for words in changes:
        assert any(all(word in fault for word in words) for fault in faults), words


def test_marking_anew_by_other_columns_hides_no_change(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an upgrade brings: the same table, marked by more columns; a row changed before it is told, now and ever after."""
    sql.execute("UPDATE people_account SET is_administrator = %s, second_factor_required = %s", [True, True])
    kept = marks.list_kept()
    more = marks.MarkedTable(Account, (*kept[Account].columns, "joined_at"))
    monkeypatch.setattr(marks, "list_kept", lambda: kept | {Account: more})
    marks.adopt(NOW)
    sql.execute("UPDATE people_account SET is_administrator = %s", [False])
    for _ in range(2):
        faults = [fault for fault in journal_check.verify_journal().faults if "before it was marked" in fault]
        assert len(faults) == Account.objects.count()
        marks.adopt(NOW + timedelta(minutes=1))


def test_a_global_chain_cut_at_its_end_is_found_by_the_streams(hall: Hall) -> None:
    (last,) = sql.row("SELECT max(global_seq) FROM base_entry")  # type: ignore[misc]
    sql.execute("DELETE FROM base_entry WHERE global_seq = %s", [last])
    assert any("cut off" in fault for fault in journal_check.verify_journal().faults)


# ---- a case that was changed does not open -------------------------------------------------------------------------------

GIVEN_AWAY = {
    "applicant_id": lambda h: h.cast.joko.person_id, "submitted_by_id": lambda h: h.cast.joko.person_id,
    "status": lambda h: "waiting", "outcome": lambda h: "granted", "revision": lambda h: 1,
}  # fmt: skip


@pytest.mark.parametrize("column", GIVEN_AWAY)
def test_a_case_changed_by_hand_opens_to_nobody_and_alarms(hall: Hall, column: str) -> None:
    sql.execute(f"UPDATE cases_case SET {column} = %s WHERE id = %s", [GIVEN_AWAY[column](hall), hall.running])
    before = SecurityEvent.objects.count()
    for who in (hall.cast.siti, hall.cast.joko, hall.cast.budi):
        client: Client = sign_in(who)
        for address in (f"/berkas/{hall.case}/", f"/meja/berkas/{hall.case}/"):
            answer = client.get(address)
            assert answer.status_code in (302, 404, 503), (who.name, address)
            assert b"Siti" not in answer.content
    assert sign_in(hall.cast.siti).get(f"/berkas/{hall.case}/").status_code == 503
    alarms = SecurityEvent.objects.filter(kind="case-altered")
    assert SecurityEvent.objects.count() > before and all(one.body == {"case": hall.case} for one in alarms)


def test_a_case_changed_by_hand_takes_no_step_and_the_alarm_outlives_the_rollback(hall: Hall) -> None:
    sql.execute("UPDATE cases_case SET applicant_id = %s WHERE id = %s", [hall.cast.joko.person_id, hall.running])
    with pytest.raises(Altered) as refused:
        act(Command(id=uuid4(), actor=hall.cast.joko.citizen, now=NOW, case_id=hall.running, action="withdraw"))
    assert refused.value.code == "case-altered" and refused.value.status == 503
    assert SecurityEvent.objects.filter(kind="case-altered", actor=hall.cast.joko.citizen.reference).count() == 1


def test_the_key_itself_opens_for_its_holders_alone(hall: Hall) -> None:
    """Even with the row's mark made to fit: the cipher itself knows whose the case is."""
    case = queries.read_case(case_id=hall.running)
    (wrapped,) = sql.row("SELECT wrapped_key FROM base_vault WHERE id = %s", [case.vault_id])  # type: ignore[misc]
    assert crypto.unwrap(case.vault_id, wrapped, case.holders) == case.key
    for wrong in (
        crypto.holders_of(hall.cast.joko.person_id, case.submitted_by_id), crypto.holders_of(case.applicant_id, None), b"",
    ):  # fmt: skip
        with pytest.raises(crypto.Tampered):
            crypto.unwrap(case.vault_id, wrapped, wrong)


# ---- the open second -----------------------------------------------------------------------------------------------------


def test_a_stop_in_mid_second_is_no_fault_and_is_named(hall: Hall) -> None:
    access_log.record_security("wrong-passphrase", actor="officer:x", now=NOW + timedelta(seconds=5))
    report = journal_check.verify_journal()
    assert report.faults == ()
    (told,) = report.open
    assert told.startswith("base_securityevent") and "1 row(s)" in told and "after 2026-03-02 01:00:05" in told
    assert linking.link(NOW) == 1 and journal_check.verify_journal().open == ()


def test_an_unlinked_row_that_was_changed_is_found_all_the_same(hall: Hall) -> None:
    access_log.record_security("wrong-passphrase", actor="officer:x", now=NOW)
    sql.execute("UPDATE base_securityevent SET actor = 'nobody' WHERE linked IS NULL")
    assert any("was changed" in fault for fault in journal_check.verify_journal().faults)
