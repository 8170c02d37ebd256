"""Who applies: documents and facts that a service asks for, meanings of its questions, officers; each misuse told with its place."""

import pytest

from balai.engine import letters, manifest
from balai.engine.manifest.tests import handbook
from balai.engine.manifest.tests.grown_folder import _merged
from balai.engine.manifest.tests.weekdays import Weekdays
from balai.engine.problems import Problems

TOWN = manifest.Town("64.72", "Kota Contoh", units=frozenset({"disdukcapil"}))
APPLICANT = "applicant: {who: resident, identity: contact, on_behalf: [family, mandate]}"
OFFICERS = ("{unit_kind: kelurahan, area: apply.village}", "{unit: applicant.unit}")


def told(path: str, old: str, new: str, *more: tuple[str, str, str]) -> list[str]:
    files = handbook.template()
    for one, before, after in ((path, old, new), *more):
        text = files[one].decode()
        assert before in text, before
        files[one] = text.replace(before, after, 1).encode()
    with pytest.raises(Problems) as wrong:
        manifest.read_service(files, folder="services/contoh", town=TOWN)
    return [f"{one.file}:{one.line} {one.message} {one.fix}" for one in wrong.value.problems if one.line and one.fix]


def applies(words: str) -> tuple[str, str, str]:
    return ("service.yaml", APPLICANT, f"applicant: {{{words}}}")


@pytest.mark.parametrize(
    ("change", "words", "way"),
    [
        (applies("who: anyone, identity: contact, documents: [ktp, pasport]"), "service.yaml", "passport"),
        (applies("who: anyone, identity: contact, documents: [ktp, ktp]"), "here twice", "Keep one."),
        (applies("who: anyone, identity: seen, documents: [ktp, none]"), "as surely as identity: seen", "identity: contact"),
        (applies("who: anyone, identity: national, documents: [sktt]"), "vouches for a NIK alone", "identity: seen"),
        (applies("who: business, identity: contact, documents: [ktp]"), "show no identity document", "who: anyone"),
        (applies("who: anyone, identity: contact, documents: [ktp, passport]"), "letters/grant.typ:10 This letter prints a NIK", "document_name"),
        (applies("who: anyone, identity: contact, ask: [name, birth]"), "birth", "birth_date"),
        (applies("who: anyone, identity: contact, ask: [name]"), "has to say how", "phone or email"),
        (applies("who: officer, identity: contact, ask: [phone]"), "knows its officers", "Remove ask."),
        (applies("who: officer, identity: contact, on_behalf: [family]"), "in their own right", "Remove on_behalf."),
        (("service.yaml", *OFFICERS), "Only an applicant who works here", "who: officer"),
        (("service.yaml", "amount: town.fee", 'amount: \'if applicant.role = "head" then 0 else 1\''), "of an officer alone", "who: officer"),
        (("form.yaml", "format: phone}", "format: phone, meaning: phone}"), '"phone" names no fact', "applicant.phone"),
        (("form.yaml", "format: phone}", "format: phone, meaning: applicant.fone}"), "no fact that an applicant tells", '"phone"'),
        (("form.yaml", "format: phone}", "format: phone, meaning: applicant.email}"), "prefill fills in something else", "Keep one"),
        (("form.yaml", "note: {type: string,", "note: {type: string, meaning: applicant.address,"), "of the application itself", "partner.nik"),
    ],
)  # fmt: skip
def test_a_misuse_is_told_with_its_place_and_a_way_out(change: tuple[str, str, str], words: str, way: str) -> None:
    found = told(*change)
    assert [one for one in found if words in one and way in one], found


def grown(heading: str) -> manifest.Service:
    """Read the template's folder with a section's blocks in it; its letters print the document that is known."""
    files = handbook.template()
    for path, words in handbook.blocks(heading):
        whole = path.startswith(("service", "examples/"))
        for one in [path, "texts/en.yaml"] if path == "texts/id.yaml" else [path]:
            files[one] = _merged(files.get(one, handbook.STORY.encode()), words, whole=whole)
    nik = b'(t.nik, data.applicant.at("nik", default: none))'
    shown = b'(data.applicant.at("document_name", default: ""), data.applicant.at("document_number", default: ""))'
    files["letters/grant.typ"] = files["letters/grant.typ"].replace(nik, shown)
    return manifest.read_service(files, folder="services/contoh", town=TOWN)


def test_the_handbooks_officer_applies_in_their_own_unit() -> None:
    service = grown("When an officer applies")
    assert service.is_officers and service.handled_by.is_own
    played = manifest.play(service, service.examples[0], calendar=Weekdays(), prove=False)
    assert played.problems == () and played.data["unit"]["code"] == "disdukcapil"  # type: ignore[index]


def test_what_the_handbook_shows_of_documents_and_meanings_passes() -> None:
    service = grown("Who applies, and with which document")
    assert service.documents == ("ktp", "kia", "passport", "none")
    assert service.prefill == {"phone": "applicant.phone", "live_at": "applicant.address"}
    assert service.asked == {"name", "birth_date", "phone", "address", "document_number"}
    assert manifest.play_all(service, calendar=Weekdays(), prove=False) == ()
    (child,) = [one for one in service.examples if one.name == "a-child"]
    played = manifest.play(service, child, calendar=Weekdays(), prove=False)
    assert played.data["applicant"]["guardian"] == "Siti"  # type: ignore[index]


def test_once_only_goes_by_meaning_and_not_by_the_name_of_a_field() -> None:
    asks = "properties:\n      nomor: {type: string, format: nik, meaning: partner.nik}\n"
    other = ("form.yaml", "properties:\n", asks)
    same = told(*other, ("service.yaml", "once_only: [", "once_only: [partner.nik, "))
    assert [one for one in same if 'asks for "nomor"' in one and "take it out of once_only" in one]
    files = handbook.template()
    files["form.yaml"] = files["form.yaml"].replace(b"properties:\n", asks.replace("nomor", "nik").encode(), 1)
    files["form.yaml"] = files["form.yaml"].replace(b"fields: [village,", b"fields: [nik, village,", 1)
    for lang in ("id", "en"):
        path = f"texts/{lang}.yaml"
        files[path] = files[path].replace(b"    fields:\n", b"    fields:\n      nik: {label: NIK}\n", 1)
    assert manifest.read_service(files, folder="services/contoh", town=TOWN).once_only[0] == "nik", (
        "another's, so asked"
    )


def test_a_letter_names_the_document_that_is_known_and_never_an_empty_one() -> None:
    printed = frozenset({"name", "document_number"})
    nik, passport = {"name": "Siti", "nik": "9901014101900001"}, {
        "name": "A", "document": "passport", "document_number": "A1234567",
    }  # fmt: skip
    assert letters.print_document(nik, "id") == {"document_name": "NIK", "document_number": "9901014101900001"}
    assert letters.print_document(passport, "id")["document_name"] == "Nomor paspor"
    assert letters.print_document({"document": "none"}, "id")["document_number"] == "belum ada"
    assert letters.print_document({"name": "A"}, "id") == {}
    assert letters.list_missing(printed, {"name": "A"}, firm=False) == ("document_number",)
    for known in (nik, passport, {"name": "A", "document": "none"}):
        assert letters.list_missing(printed, known, firm=False) == ()
    assert letters.list_missing(frozenset({"nik"}), passport, firm=False) == ("nik",), "a passport's number is no NIK"


@pytest.mark.parametrize(
    ("typed", "number"), [("a 123-4567", "A123-4567"), ("ab", None), ("????", None), ("ABCDE", None), ("x" * 50, None)]
)
def test_a_document_number_is_read_as_it_is_compared(typed: str, number: str | None) -> None:
    assert letters.read_document_number(typed) == number


def test_a_unit_that_only_the_hall_may_know_is_a_doubt_here_and_a_fault_there() -> None:
    files = handbook.template()
    old = b"{unit_kind: kelurahan, area: apply.village}"
    files["service.yaml"] = files["service.yaml"].replace(old, b"{unit: dinsos}", 1)
    here = manifest.read_service(files, folder="services/contoh", town=TOWN)
    (doubt,) = [one for one in here.warnings if "dinsos" in one.message]
    assert (
        isinstance(doubt, manifest.Doubt)
        and doubt.line
        and "make it in the hall" in doubt.fix
        and here.may_be_unit("dinsos")
    )
    sure = manifest.Town("64.72", "Kota Contoh", units=frozenset({"disdukcapil", "dinsos"}), units_sure=True)
    known = manifest.read_service(files, folder="services/contoh", town=sure)
    assert not [one for one in known.warnings if "dinsos" in one.message]
    without = manifest.Town("64.72", "Kota Contoh", units=frozenset({"disdukcapil"}), units_sure=True)
    with pytest.raises(Problems, match="no unit") as wrong:
        manifest.read_service(files, folder="services/contoh", town=without)
    assert "make the unit first" in wrong.value.problems[0].fix
