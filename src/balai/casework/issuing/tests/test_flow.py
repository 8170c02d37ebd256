"""From a decision to a verified letter: signed once, numbered without a gap, and checked by anyone who holds it."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
from django.db import IntegrityError, connection, transaction
from tests.cast import NOW, Cast, sign_seen

from balai.base import access_log, journal_check, plugs
from balai.base.actors import CLOCK, Actor
from balai.base.errors import Altered, BalaiError, Conflict, Invalid, NotAllowed, NotFound, TooMany, Unavailable
from balai.base.models import Access, Entry, Message, SecurityEvent
from balai.base.outbox import Worker
from balai.casework.cases import listeners as case_listeners
from balai.casework.cases import operations
from balai.casework.cases.actions import Command, act
from balai.casework.cases.models import Case
from balai.casework.issuing import actions, authority, flow, listeners, press, queries, signing
from balai.casework.issuing.models import Letter, LetterFile
from balai.casework.issuing.tests import story
from balai.casework.issuing.tests.story import PASSPHRASE, apply, open_task, sign, stage, to_sign
from balai.engine import letters, process
from balai.records.people import actions as people
from balai.records.registries.adapters import Synthetic

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setitem(authority.SCRYPT, "n", 2**10)
    return stage()


@pytest.fixture(autouse=True)
def no_passphrase_on_disk() -> Iterator[None]:
    yield
    from django.conf import settings

    for path in settings.BALAI_HOME.rglob("*"):
        assert not path.is_file() or PASSPHRASE.encode() not in path.read_bytes(), path


def file_of(cast: Cast, letter: Letter) -> bytes:
    return queries.open_letter(cast.siti.citizen, letter.id, now=NOW)[1]


# ---- the path --------------------------------------------------------------------------------------------------------


def test_a_signed_letter_closes_the_case_and_can_be_checked_by_anyone(cast: Cast) -> None:
    case_id, token = to_sign(cast)
    letter = sign(cast, case_id, token).letter
    case = Case.objects.get(id=case_id)
    assert (case.status, case.outcome, letter.state) == ("closed", "granted", "signed")
    assert letter.signer_title.startswith("Lurah") and letter.signed_by_id == cast.ratna.person_id
    assert re.fullmatch(r"500\.3/0001/[^/]+/2026", letter.number) and len(letter.code) == 26
    pdf = file_of(cast, letter)
    found = signing.verify(pdf, at=NOW)
    assert found.valid and found.signatures[0].signer == "Ratna Dewi Contoh" and found.signatures[0].covers_all
    face = queries.find_letter_by_code(letter.code, now=NOW)
    assert face is not None and (face.number, face.status, face.kind, face.demo) == (
        letter.number,
        "valid",
        "grant",
        True,
    )
    assert "Siti" not in face.holder_masked and "***" in face.holder_masked
    said = " ".join(queries.text_of(pdf).split())
    for word in ("PEMERINTAH KOTA SAMARINDA", letter.number, "Warung Siti", "Ratna Dewi Contoh", "CONTOH", letter.code):
        assert word in said, word
    assert "BSrE" not in said
    assert journal_check.verify_journal().faults == ()


def test_a_letter_bears_its_signers_rank_and_number_and_keeps_them_as_printed(cast: Cast) -> None:
    letter = sign(cast, *to_sign(cast)).letter
    assert (letter.signer_nip, letter.signer_rank) == ("19800101 200501 2 001", "Penata Tingkat I (III/d)")
    said = " ".join(queries.text_of(file_of(cast, letter)).split())
    assert "Ratna Dewi Contoh Penata Tingkat I (III/d) NIP 19800101 200501 2 001" in said
    note = {"actor": CLOCK, "now": NOW, "person_id": cast.ratna.person_id}
    people.note_official(command_id=uuid4(), nip="", rank="IV/a", **note)
    kept = queries.get_letter(letter.id)
    assert (kept.signer_nip, kept.signer_rank) == (letter.signer_nip, letter.signer_rank), "what was signed stays"
    later = sign(cast, *to_sign(cast)).letter
    assert (later.signer_nip, later.signer_rank) == ("", "Pembina (IV/a)")
    assert "NIP " not in queries.text_of(file_of(cast, later))
    assert journal_check.verify_journal().faults == ()


def test_a_signer_without_rank_and_number_leaves_no_gap(cast: Cast) -> None:
    def lines_below(name: str) -> list[float]:
        document = pypdfium2.PdfDocument(file_of(cast, sign(cast, *to_sign(cast)).letter))
        page = document[len(document) - 1].get_textpage()
        places = []
        for words in (name, "Periksa keaslian surat ini"):
            at, _ = page.search(words).get_next()
            places.append(page.get_charbox(at)[1])
        return places

    name, check = lines_below("Ratna Dewi Contoh")
    people.note_official(command_id=uuid4(), actor=CLOCK, now=NOW, person_id=cast.ratna.person_id, nip="", rank="")
    bare_name, bare_check = lines_below("Ratna Dewi Contoh")
    assert 10 < bare_name - bare_check < 20 < name - check, "the next line follows at once"


def test_a_number_changed_by_hand_in_a_letters_row_is_found(cast: Cast) -> None:
    letter = sign(cast, *to_sign(cast)).letter
    for column, value in (("signer_nip", "19700101 199001 1 001"), ("signer_rank", "")):
        before = getattr(queries.get_letter(letter.id), column)
        Letter.objects.filter(id=letter.id).update(**{column: value})
        with pytest.raises(Altered):
            queries.require_unaltered(queries.get_letter(letter.id))
        Letter.objects.filter(id=letter.id).update(**{column: before})
    queries.require_unaltered(queries.get_letter(letter.id))


def test_the_letter_is_valid_from_its_signing_to_the_last_day(cast: Cast) -> None:
    letter = sign(cast, *to_sign(cast)).letter
    assert letter.valid_until is not None and (letter.valid_until.year, letter.valid_until.month) == (2026, 9)
    last = (letter.valid_until - NOW.date()).days
    for days, status in ((0, "valid"), (last, "valid"), (last + 1, "expired")):
        face = queries.find_letter_by_code(letter.code, now=NOW + timedelta(days=days))
        assert face is not None and face.status == status


def test_a_refusal_says_until_when_and_where_to_object(cast: Cast) -> None:
    case_id, token = to_sign(cast, "refuse")
    letter = sign(cast, case_id, token).letter
    assert Case.objects.get(id=case_id).outcome == "refused" and letter.kind == "refusal"
    said = " ".join(queries.text_of(file_of(cast, letter)).split())
    assert "Keberatan" in said and "Paling lambat" in said and "belum dikonfirmasi" in said


def test_numbers_run_without_a_gap_and_nothing_can_be_enumerated(cast: Cast) -> None:
    letters = [sign(cast, *to_sign(cast)).letter for _ in range(3)]
    assert [letter.seq for letter in letters] == [1, 2, 3]
    register = queries.list_numbers(letters[0].unit_code, "500.3", 2026)
    assert [letter.id for letter in register] == [letter.id for letter in letters]
    assert len({letter.code[:8] for letter in letters}) == 3
    first = letters[0]
    for guess in ("", "1", "500.3/0001/X/2026", first.number, first.code[:-1], first.code[::-1], "0" * 26):
        assert queries.find_letter_by_code(guess, now=NOW) is None


def test_a_code_is_read_as_people_type_it(cast: Cast) -> None:
    code = sign(cast, *to_sign(cast)).letter.code
    typed = " ".join(code[at : at + 4] for at in range(0, 26, 4)).lower().replace("0", "o").replace("1", "l")
    assert queries.find_letter_by_code(typed, now=NOW) is not None


def test_only_the_identical_file_tells_its_text(cast: Cast) -> None:
    letter, other = (sign(cast, *to_sign(cast)).letter for _ in range(2))
    pdf = file_of(cast, letter)
    whole = queries.verify_upload(pdf, now=NOW)
    assert whole.result == "identical" and "Warung Siti" in whole.text and whole.signature and whole.signature.valid
    assert queries.verify_upload(pdf, now=NOW, code=letter.code).result == "identical"
    for at in (20, len(pdf) // 2, pdf.rindex(b"/Contents <") + 5000, len(pdf) - 2):
        changed = pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]
        inside = queries.verify_upload(changed, now=NOW)
        assert inside.result in ("changed", "unknown") and not inside.text and inside.verdict == inside.result
        found = queries.verify_upload(changed, now=NOW, code=letter.code)
        assert found.result == "changed" and not found.text and found.letter and found.letter.number == letter.number
    behind = queries.verify_upload(pdf + b"\n", now=NOW)
    assert (behind.result, behind.trace, behind.text) == ("changed", "bytes", whole.text)
    assert queries.verify_upload(pdf, now=NOW, code=other.code).result == "changed"
    assert queries.verify_upload(b"hello", now=NOW, code="x").result == "unknown"


def test_a_letter_opens_for_its_holder_and_recorded_for_officers_only(cast: Cast) -> None:
    letter = sign(cast, *to_sign(cast)).letter
    queries.open_letter(cast.siti.citizen, letter.id, now=NOW)
    assert not Access.objects.filter(object=f"letter:{letter.id}").exists()
    queries.open_letter(cast.ratna.officer, letter.id, now=NOW)
    assert Access.objects.get(object=f"letter:{letter.id}").reader_id == cast.ratna.person_id
    # Budi is a clerk of the same unit, but this service gives clerks nothing to do
    for stranger in (cast.joko.citizen, cast.joko.officer, cast.budi.officer):
        with pytest.raises(NotFound):
            queries.open_letter(stranger, letter.id, now=NOW)


# ---- once, by the right person ---------------------------------------------------------------------------------------


def test_a_second_click_is_the_same_letter(cast: Cast) -> None:
    task = to_sign(cast)
    first, second = sign(cast, *task), sign(cast, *task)
    assert (first.repeated, second.repeated, second.letter.id) == (False, True, first.letter.id)
    assert Letter.objects.count() == LetterFile.objects.count() == 1


def test_two_windows_at_once_make_one_letter(cast: Cast) -> None:
    task = to_sign(cast)

    def click(_: int) -> str:
        try:
            return str(sign(cast, *task).letter.id)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(click, range(4)))
    assert len(made) == 1 and Letter.objects.count() == LetterFile.objects.count() == 1


@pytest.mark.parametrize(("who", "error"), [("budi", NotFound), ("joko", NotFound), ("siti", NotAllowed)])
def test_only_the_role_in_the_unit_signs(cast: Cast, who: str, error: type[BalaiError]) -> None:
    case_id, token = to_sign(cast)
    member = getattr(cast, who)
    if not authority.is_enrolled(member.person_id):
        authority.enroll(member.person_id, name=who, organisation="x", passphrase=PASSPHRASE, now=NOW)
    actor = member.citizen if who == "siti" else member.officer
    with pytest.raises(error):
        sign_seen(actor, case_id, token, PASSPHRASE, NOW)
    assert not Letter.objects.exists()


def test_without_a_second_factor_nothing_is_signed(cast: Cast, settings: Any) -> None:
    case_id, token = to_sign(cast)
    weak = replace(cast.ratna.officer, second_factor=False)
    settings.BALAI_SIGN_SECOND_FACTOR = True
    with pytest.raises(NotAllowed, match="second-factor"):
        sign_seen(weak, case_id, token, PASSPHRASE, NOW)
    settings.BALAI_SIGN_SECOND_FACTOR = False
    assert sign_seen(weak, case_id, token, PASSPHRASE, NOW).letter.state == "signed"


def test_a_wrong_passphrase_takes_no_number_and_guessing_is_slowed(cast: Cast) -> None:
    case_id, token = to_sign(cast)
    for _ in range(flow.MAX_WRONG):
        with pytest.raises(Invalid, match="wrong-passphrase"):
            sign_seen(cast.ratna.officer, case_id, token, "salah sekali ini", NOW)
    with pytest.raises(TooMany):
        sign(cast, case_id, token)
    assert not Letter.objects.exists() and SecurityEvent.objects.filter(kind="wrong-passphrase").count() == 5
    later = NOW + flow.WINDOW + timedelta(seconds=1)
    assert sign_seen(cast.ratna.officer, case_id, token, PASSPHRASE, later).letter.seq == 1


def test_fifty_letters_have_fifty_results(cast: Cast) -> None:
    tasks = [to_sign(cast) for _ in range(3)]
    for task in tasks:
        flow.see_letter(cast.ratna.officer, *task, NOW)
    act(Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=tasks[1][0], action="withdraw"))
    results = flow.sign_many(cast.ratna.officer, [*tasks, (uuid4(), "x"), tasks[0]], PASSPHRASE, NOW)
    codes = [result.error.code if result.error else "signed" for result in results]
    assert codes == ["signed", "changed-meanwhile", "signed", "not-found", "signed"]
    assert results[4].signed is not None and results[4].signed.repeated
    assert [letter.seq for letter in Letter.objects.order_by("seq")] == [1, 2]
    with pytest.raises(Invalid, match="too-many-letters"):
        flow.sign_many(cast.ratna.officer, [(uuid4(), "x")] * 51, PASSPHRASE, NOW)


def test_the_list_to_sign_is_masked_and_shrinks(cast: Cast) -> None:
    tasks = [to_sign(cast) for _ in range(2)]
    assert len(queries.list_to_sign(cast.ratna.person_id, now=NOW)) == 2
    assert "Siti" not in str(queries.list_to_sign(cast.ratna.person_id, now=NOW))
    sign(cast, *tasks[0])
    assert [row.case_id for row in queries.list_to_sign(cast.ratna.person_id, now=NOW)] == [tasks[1][0]]
    assert queries.list_to_sign(cast.joko.person_id, now=NOW) == []


# ---- failures between the steps --------------------------------------------------------------------------------------


def test_a_failing_signer_keeps_the_number_for_the_next_try(cast: Cast, settings: Any, monkeypatch: Any) -> None:
    task = to_sign(cast)

    def fail(*_: Any, **__: Any) -> bytes:
        raise Unavailable("plug-failed", port="signer")

    with monkeypatch.context() as broken:
        broken.setattr(signing._LocalHand, "sign", fail)
        for _ in range(2):
            with pytest.raises(Unavailable):
                sign(cast, *task)
    waiting = Letter.objects.get()
    assert waiting.state == "reserved" and open_task(task[0]).node == "sign_grant"
    assert sign(cast, *task).letter.id == waiting.id


def test_a_broken_letter_is_told_and_mended_without_losing_its_number(cast: Cast, monkeypatch: Any) -> None:
    from balai.engine.problems import Problem, Problems

    task = to_sign(cast)

    def broken(*_: Any, **__: Any) -> bytes:
        raise Problems([Problem("unclosed delimiter", file="letters/grant.typ", line=3)])

    with monkeypatch.context() as patch:
        patch.setattr(press, "render", broken)
        with pytest.raises(Invalid, match="letter-broken"):
            sign(cast, *task)
    assert sign(cast, *task).letter.seq == 1


ODD = ["Warung \N{STEAMING BOWL} Siti", "Toko \u8001\u5e97", "Rumah \u1a05\u1a18"]


@pytest.mark.parametrize("name", ODD)
def test_what_no_letter_can_show_is_refused_where_it_is_typed(cast: Cast, monkeypatch: Any, name: str) -> None:
    monkeypatch.setattr(story, "BUSINESS", name)
    with pytest.raises(Invalid) as refused:
        to_sign(cast)
    assert "U+" in str(refused.value.fields) and "business_name" in str(refused.value.fields)
    assert not Case.objects.exists()


def test_an_officers_reason_is_held_to_the_same(cast: Cast) -> None:
    with pytest.raises(Invalid, match=r"invalid") as refused:
        to_sign(cast, reason="Usaha terbukti \N{STEAMING BOWL}")
    assert "U+1F35C" in str(refused.value.fields)


@pytest.mark.parametrize(
    "name", ["\ufeffWarung Siti", "D\u2019hien \u0141\u00f3d\u017a \u2605", "\u0645\u0631\u062d\u0628\u0627"]
)
def test_what_letters_show_is_taken_and_set(cast: Cast, monkeypatch: Any, name: str) -> None:
    monkeypatch.setattr(story, "BUSINESS", name)
    letter = sign(cast, *to_sign(cast)).letter
    assert letter.state == "signed"


def test_a_character_that_slipped_through_is_named_with_its_answer_and_administrators_are_told(
    cast: Cast, monkeypatch: Any
) -> None:
    from balai.casework.notices.models import Alert
    from balai.engine.forms import field_readers

    monkeypatch.setattr(story, "BUSINESS", ODD[0])
    with monkeypatch.context() as patch:  # an application from before the door looked
        patch.setattr(field_readers, "list_undrawable", lambda text: [])
        task = to_sign(cast)
    for _ in range(2):
        with pytest.raises(Invalid, match="letter-character") as refused:
            sign(cast, *task)
    said = refused.value.message("id")
    assert "U+1F35C" in said and "Nama usaha" in said, said
    alert = Alert.objects.get(kind="letter")
    assert (alert.case_id, alert.detail) == (task[0], "letter-character")


def test_a_failing_second_write_leaves_nothing_behind(cast: Cast, monkeypatch: Any) -> None:
    task = to_sign(cast)

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(actions, "act", fail)
        with pytest.raises(RuntimeError):
            sign(cast, *task)
    letter = Letter.objects.get()
    assert (letter.state, letter.digest, LetterFile.objects.count()) == ("reserved", None, 0)
    assert open_task(task[0]).state == "open" and journal_check.verify_journal().faults == ()
    assert sign(cast, *task).letter.id == letter.id


def test_a_case_withdrawn_while_signing_voids_the_number_for_good(cast: Cast, monkeypatch: Any) -> None:
    case_id, token = to_sign(cast)
    flow.see_letter(cast.ratna.officer, case_id, token, NOW)
    really = press.render

    def withdraw_meanwhile(*told: Any, **named: Any) -> bytes:
        act(Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=case_id, action="withdraw"))
        return really(*told, **named)

    with monkeypatch.context() as patch:
        patch.setattr(press, "render", withdraw_meanwhile)
        with pytest.raises(Conflict):
            flow.sign_letter(cast.ratna.officer, case_id, token, PASSPHRASE, NOW)
    assert Letter.objects.get().state == "reserved"
    assert listeners.clear_numbers(NOW) == 1 and listeners.clear_numbers(NOW) == 0
    voided = Letter.objects.get()
    assert (voided.state, voided.seq) == ("void", 1) and voided.void_reason
    assert queries.find_letter_by_code(voided.code, now=NOW) is None
    assert sign(cast, *to_sign(cast)).letter.seq == 2


def test_a_number_that_was_voided_is_not_signed(cast: Cast) -> None:
    case_id, token = to_sign(cast)
    letter = actions.reserve(actor=cast.ratna.officer, now=NOW, case_id=case_id, token=token)
    assert actions.void(actor=actions.HOUSE, now=NOW, letter_id=letter.id, reason="Salah ketik.")
    signer = letters.PrintedSigner("Ratna Dewi Contoh", "Lurah")
    with pytest.raises(Conflict) as refused:
        actions.attach(actor=cast.ratna.officer, now=NOW, letter=letter, pdf=b"%PDF-", signer=signer)
    assert refused.value.code == "letter-not-reserved"
    assert Letter.objects.get(id=letter.id).state == "void" and Case.objects.get(id=case_id).status == "open"


def test_a_number_of_last_year_is_voided_not_used(cast: Cast, monkeypatch: Any) -> None:
    from datetime import UTC, datetime

    case_id, token = to_sign(cast)
    # 23:59 on New Year's Eve in Samarinda is still 15:59 in London.
    eve, morning = datetime(2026, 12, 31, 15, 59, tzinfo=UTC), datetime(2026, 12, 31, 16, 1, tzinfo=UTC)
    first = actions.reserve(actor=cast.ratna.officer, now=eve, case_id=case_id, token=token)
    again = actions.reserve(actor=cast.ratna.officer, now=eve, case_id=case_id, token=token)
    second = actions.reserve(actor=cast.ratna.officer, now=morning, case_id=case_id, token=token)
    assert first.id == again.id != second.id and (first.year, second.year, second.seq) == (2026, 2027, 1)
    assert Letter.objects.get(id=first.id).state == "void" and second.number.endswith("/2027")


# ---- revoked, voided, never reused -----------------------------------------------------------------------------------


def test_a_revoked_letter_says_so_with_its_reason(cast: Cast) -> None:
    letter = sign(cast, *to_sign(cast)).letter
    command = uuid4()
    told: dict[str, Any] = {"letter_id": letter.id, "now": NOW, "reason": "Usaha ternyata di luar wilayah"}
    for actor, error in (
        (cast.budi.officer, NotFound),
        (cast.joko.officer, NotFound),
        (cast.siti.citizen, NotAllowed),
    ):
        with pytest.raises(error):
            actions.revoke(command_id=uuid4(), actor=actor, **told)
    with pytest.raises(Invalid, match="reason-missing"):
        actions.revoke(command_id=uuid4(), actor=cast.ratna.officer, **{**told, "reason": "  "})
    for _ in range(2):
        actions.revoke(command_id=command, actor=cast.ratna.officer, **told)
    with pytest.raises(Conflict, match="letter-not-in-force"):
        actions.revoke(command_id=uuid4(), actor=cast.ratna.officer, **told)
    face = queries.find_letter_by_code(letter.code, now=NOW)
    assert face is not None and (face.status, face.revoked_reason) == ("revoked", "Usaha ternyata di luar wilayah")
    upload = queries.verify_upload(file_of(cast, letter), now=NOW)
    assert upload.result == "identical" and upload.letter is not None and upload.letter.status == "revoked"
    assert Entry.objects.filter(stream=f"letter:{letter.id}").count() == 3


def test_the_database_itself_refuses_what_must_not_be(cast: Cast) -> None:
    letter = sign(cast, *to_sign(cast)).letter
    row = Letter.objects.get(id=letter.id)
    forbidden = [
        {"number": row.number, "seq": 9, "round": 9, "token": "t9"},
        {"number": "x", "seq": row.seq, "round": 9, "token": "t9"},
        {"number": "x", "seq": 9, "round": row.round, "token": "t9"},
        {"number": "x", "seq": 9, "round": 9, "token": row.token},
        {"number": "x", "seq": 9, "round": 9, "token": "t9", "state": "signed"},
        {"number": "x", "seq": 9, "round": 9, "token": "t9", "state": "void"},
        {"number": "x", "seq": 0, "round": 9, "token": "t9"},
    ]
    for changes in forbidden:
        with pytest.raises(IntegrityError), transaction.atomic():
            copy = Letter.objects.get(id=letter.id)
            copy.id, copy.code, copy.state, copy.signed_at, copy.digest = (
                uuid4(),
                uuid4().hex[:26],
                "reserved",
                None,
                None,
            )
            for name, value in changes.items():
                setattr(copy, name, value)
            copy.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(id=letter.id).update(state="revoked")


def test_forgetting_a_case_forgets_the_file_but_not_the_number(cast: Cast) -> None:
    from balai.base import crypto

    letter = sign(cast, *to_sign(cast)).letter
    pdf = file_of(cast, letter)
    assert b"%PDF" not in bytes(LetterFile.objects.get().sealed)
    crypto.shred(Case.objects.get().vault_id, NOW)
    with pytest.raises(NotFound, match="vault-shredded"):
        queries.open_letter(cast.siti.citizen, letter.id, now=NOW)
    assert queries.find_letter_by_code(letter.code, now=NOW) is not None
    assert queries.verify_upload(pdf, now=NOW).result == "identical"


def test_the_worker_voids_what_nobody_can_use(cast: Cast) -> None:
    case_id, token = to_sign(cast)
    actions.reserve(actor=cast.ratna.officer, now=NOW, case_id=case_id, token=token)
    Worker().run_jobs(NOW)
    assert Letter.objects.get().state == "reserved"
    act(Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=case_id, action="withdraw"))
    Worker().run_jobs(NOW)
    assert Letter.objects.get().state == "void"
    assert journal_check.verify_journal().faults == ()


# ---- the office's seal -----------------------------------------------------------------------------------------------


def test_the_seal_is_set_unattended_and_says_so(cast: Cast) -> None:
    case_id = apply(cast, unattended=True)
    Worker().drain(NOW)
    letter, case = Letter.objects.get(), Case.objects.get(id=case_id)
    assert (case.status, case.outcome, letter.state, letter.automatic, letter.signed_by) == (
        "closed", "granted", "signed", True, None,
    )  # fmt: skip
    pdf = file_of(cast, letter)
    assert signing.verify(pdf, at=NOW).valid
    said = " ".join(queries.text_of(pdf).split())
    assert "Keputusan otomatis" in said and "peninjauan oleh manusia" in said and "Disegel secara elektronik" in said
    face = queries.find_letter_by_code(letter.code, now=NOW)
    assert face is not None and face.automatic
    Worker().drain(NOW + timedelta(days=1))
    assert Letter.objects.count() == 1 and journal_check.verify_journal().faults == ()


def failing(*_: Any, **__: Any) -> bytes:
    raise Unavailable("plug-failed", port="signer")


def test_a_seal_that_fails_keeps_its_number_and_is_tried_again(cast: Cast, monkeypatch: Any) -> None:
    case_id = apply(cast, unattended=True)
    with monkeypatch.context() as broken:
        broken.setattr(signing._LocalHand, "sign", failing)
        Worker().drain(NOW)
        Worker().run_jobs(NOW)  # the number waits for its step and is nobody's orphan
    waiting = Letter.objects.get()
    assert (waiting.state, Case.objects.get(id=case_id).status) == ("reserved", "open")
    Worker().drain(NOW + timedelta(hours=1))
    sealed = Letter.objects.get()
    assert (sealed.id, sealed.seq, sealed.state) == (waiting.id, 1, "signed")
    assert Case.objects.get(id=case_id).status == "closed"


def test_without_a_seal_no_number_is_given(cast: Cast, monkeypatch: Any) -> None:
    apply(cast, unattended=True)
    monkeypatch.setattr(signing.LocalSigner, "seal", failing)
    Worker().drain(NOW)
    assert not Letter.objects.exists()


def test_a_seal_whose_case_was_withdrawn_meanwhile_attaches_nothing(cast: Cast, monkeypatch: Any) -> None:
    case_id = apply(cast, unattended=True)
    really = press.render

    def withdraw_meanwhile(*told: Any, **named: Any) -> bytes:
        act(Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=case_id, action="withdraw"))
        return really(*told, **named)

    monkeypatch.setattr(press, "render", withdraw_meanwhile)
    Worker().drain(NOW)
    assert Letter.objects.get().state == "reserved" and not LetterFile.objects.exists()
    assert not Message.objects.exclude(state="done").exists()
    assert listeners.clear_numbers(NOW) == 1 and Letter.objects.get().void_reason


def test_others_write_while_a_seal_is_being_made(cast: Cast, monkeypatch: Any) -> None:
    case_id = apply(cast, unattended=True)
    really, begun, written = press.render, Event(), Event()

    def slow(*told: Any, **named: Any) -> bytes:
        begun.set()
        assert written.wait(20), "the other writer was held up"
        return really(*told, **named)

    def work() -> int:
        try:
            return Worker().drain(NOW)
        finally:
            connection.close()

    monkeypatch.setattr(press, "render", slow)
    with ThreadPoolExecutor(1) as pool:
        sealing = pool.submit(work)
        assert begun.wait(20)
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA busy_timeout = 500")
        try:
            access_log.record_security("written-meanwhile", actor="test", now=NOW)
        finally:
            written.set()
            connection.close()
        sealing.result(timeout=30)
    assert Letter.objects.get().state == "signed" and Case.objects.get(id=case_id).status == "closed"


def test_a_second_worker_that_takes_over_makes_one_letter(cast: Cast, monkeypatch: Any) -> None:
    apply(cast, unattended=True)
    really = press.render

    def overtaken(*told: Any, **named: Any) -> bytes:
        monkeypatch.setattr(press, "render", really)
        Worker().drain(NOW + timedelta(minutes=2))  # the first one's lease has run out
        return really(*told, **named)

    monkeypatch.setattr(press, "render", overtaken)
    Worker().drain(NOW)
    assert Letter.objects.get().seq == LetterFile.objects.count() == 1
    assert Case.objects.get().status == "closed" and journal_check.verify_journal().faults == ()


# ---- how the worker does a service task ------------------------------------------------------------------------------


def test_a_registry_is_asked_outside_any_transaction_and_other_work_inside(
    cast: Cast, monkeypatch: Any, settings: Any
) -> None:
    asked: list[bool] = []

    class Watching(Synthetic):
        def look_up(self, nik: str, **told: Any) -> Any:
            asked.append(connection.in_atomic_block)
            return super().look_up(nik, **told)

    def inside(call: operations.OperationCall) -> dict[str, str]:
        asked.append(connection.in_atomic_block)
        return {"letter": "", "number": "", "code": ""}

    monkeypatch.setitem(plugs._ADAPTERS, ("registry:penduduk", "watching"), Watching)
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"registry:penduduk": "watching"}
    nik = "9972035203900001"
    monkeypatch.setitem(
        operations._ERRANDS, "document.seal", lambda call: case_listeners.look_up(replace(call, inputs={"key": nik}))
    )
    first = apply(cast, unattended=True)
    Worker().drain(NOW)
    monkeypatch.delitem(operations._ERRANDS, "document.seal")
    monkeypatch.setitem(operations._OPERATIONS, "document.seal", inside)
    second = apply(cast, unattended=True)
    Worker().drain(NOW)
    assert asked == [False, True]
    assert Access.objects.filter(object="registry:penduduk").count() == 1
    assert {Case.objects.get(id=case_id).status for case_id in (first, second)} == {"closed"}


def test_a_registry_that_is_silent_is_asked_again(cast: Cast, monkeypatch: Any, settings: Any) -> None:
    monkeypatch.setitem(
        operations._ERRANDS, "document.seal",
        lambda call: case_listeners.look_up(replace(call, inputs={"key": "9972035203900001"})),
    )  # fmt: skip
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"registry:penduduk": "failing"}
    case_id = apply(cast, unattended=True)
    Worker().drain(NOW)
    waiting = Message.objects.get(topic="cases.errand")
    assert (waiting.state, waiting.attempts, Case.objects.get(id=case_id).status) == ("waiting", 1, "open")
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"registry:penduduk": "synthetic"}
    Worker().drain(NOW + timedelta(hours=1))
    assert Case.objects.get(id=case_id).status == "closed"


def test_a_letter_that_can_never_be_set_fails_its_step_and_voids_its_number(cast: Cast, monkeypatch: Any) -> None:
    from balai.engine.problems import Problem, Problems

    case_id = apply(cast, unattended=True)

    def broken(*_: Any, **__: Any) -> bytes:
        raise Problems([Problem("unclosed delimiter", file="letters/grant.typ", line=3)])

    monkeypatch.setattr(press, "render", broken)
    Worker().drain(NOW)
    case = Case.objects.get(id=case_id)
    assert case.status == "open" and Entry.objects.filter(stream=f"case:{case_id}", action="operation-failed").exists()
    assert Letter.objects.get().state == "reserved"  # an operator may mend the service and try the step again
    (stuck,) = [token for token in process.State.from_json(case.state).tokens if token.stuck]
    monkeypatch.undo()
    retry = Command(
        id=uuid4(), actor=Actor("system", "console"), now=NOW, case_id=case_id, action="retry", token=stuck.id, reason="mended"
    )  # fmt: skip
    act(retry)
    Worker().drain(NOW)  # its jobs void the number of the step that was given up
    assert list(Letter.objects.order_by("seq").values_list("seq", "state")) == [(1, "void"), (2, "signed")]
