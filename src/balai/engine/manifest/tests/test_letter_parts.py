"""What a letter draws of rows, people and stamps, written wrong: each is told with its file, its line and a way out; and none is set with a hole."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pypdfium2
import pytest

from balai.engine import manifest
from balai.engine.manifest import letter_words, proof
from balai.engine.manifest.tests.grown_folder import ROOT, list_blocks, read_grown
from balai.engine.manifest.tests.test_grown_refused import faults
from balai.engine.manifest.tests.weekdays import Weekdays
from balai.engine.problems import Problems

HANDBOOK = (ROOT / "docs/handbook/service-author.md").read_text(encoding="utf-8")
ROWS, PAPER, ORDER = (
    "Rows, amounts and days in a letter",
    "Who signs on paper, and the stamp duty",
    "Who signs one after the other",
)
FOLDER = ROOT / "services" / "pernyataan-ahli-waris"
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
TO_DECIDE = '<sequenceFlow id="to_decide" sourceRef="store" targetRef="decide"/>'
TO_STAMP = (
    '<serviceTask id="stamp" name="Minta meterai"/><sequenceFlow id="to_stamp" sourceRef="store" targetRef="stamp"/>'
    '<sequenceFlow id="to_decide" sourceRef="stamp" targetRef="decide"/>'
)
SERIAL = [
    ("service.yaml", "steps: {stamp: {operation: meterai.request}}\nletters: {grant: {meterai: {serial: stamp.serial, basis: UU 10/2020, status: unconfirmed}}}"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "old", "new", "words"),
    [
        (ROWS, "rows: apply.partners, columns: [name, share]", "rows: apply.partnres, columns: [name, share]", 'Did you mean "partners"?'),
        (ROWS, "rows: apply.partners, columns: [name, share]", "rows: aply.partners, columns: [name, share]", 'Did you mean "apply"?'),
        (ROWS, "rows: apply.partners, columns: [name, share]", "rows: apply.kind, columns: [name]", "Known here: partners."),
        (ROWS, "columns: [name, share]", "columns: [name, shar]", 'Did you mean "share"?'),
        (ROWS, "columns: [name, share]", "columns: []", "Write columns: [name, share]."),
        (ROWS, "where: share > 25", "where: shaer > 25", 'Did you mean "share"?'),
        (ROWS, "where: share > 25", 'where: share = "besar"', "Compare it with a number."),
        (ROWS, '#table-of(data, "large", numbered: false)', "", 'Write #table-of(data, "large") in letters/grant.typ.'),
        (ROWS, 'data, "large"', 'data, "big"', "Name it in service.yaml: letters.grant.tables.big."),
        (ROWS, "partners: {none: Tidak ada mitra.}, ", "", "Write what stands there then: letters.grant.tables.partners.none"),
        (ROWS, "{shown.apply.partners[1].name}", "{shown.apply.partners[0].name}", "Write shown.apply.partners[1] for the first."),
        (ROWS, "{shown.apply.partners[1].name}", "{shown.apply.partners[9].name}", "Write shown.apply.partners[5] at most."),
        (ROWS, "{shown.apply.partners[1].name}", "{shown.apply.partners[1].nama}", 'Did you mean "name"?'),
        (ROWS, "{count(data.apply.partners)}", "{count(data.apply.partner)}", 'Did you mean "partners"?'),
        (ROWS, "{town.hari(apply.started_on)}", "{shown.apply.partners[1].name}", "write {if count(shown.apply.partners) >= 1 then … else …}"),
        (ROWS, "{town.hari(apply.started_on)}", "{town.angka(apply.employees)}", "Make the field required, without show_if"),
        (ROWS, "{town.hari(apply.started_on)}", "{apply.nib}", "Make the field required, without show_if"),
        (ROWS, "{town.hari(apply.started_on)}", "{town.hri(apply.started_on)}", 'Did you mean "hari"?'),
        (ROWS, "{town.hari(apply.started_on)}", "{applicant.nik}", "Make the field required"),
        (ROWS, "{town.hari(apply.started_on)}", "{if apply.x}", "texts/id.yaml"),
        (ROWS, "{town.hari(apply.started_on)}", "{unit}", "many are drawn by tables"),
        (ROWS, "together:", "title: 'Surat {apply.business_name}'\n    together:", "Say it in the letter's other words."),
        (PAPER, "partners: {rows: apply.partners, name: name}", "partners: {rows: apply.partners, name: nama}", 'Did you mean "name"?'),
        (PAPER, "{name: applicant.name}", "{name: applicant.birth_place}", "Make the field required"),
        (PAPER, "{name: applicant.name}", "{name: applicant.name, role: share}", "Add rows: …, or remove role."),
        (PAPER, "owner: Pemilik, partners: Para mitra", "owner: Pemilik", "Write it: people read it."),
        (PAPER, "operation: document.store_returned, inputs: {file: receive.scan}", "operation: notice.send, event: ready", "add a step {operation: document.store_returned"),
        (PAPER, "photo: receive.stamp", "photo: receive.stmp", 'Did you mean "stamp"?'),
        (PAPER, "photo: receive.stamp", "serial: receive.stamp", "Draw a service task before the letter: {operation: meterai.request}."),
        (PAPER, "photo: receive.stamp, ", "", "Write photo: <step>.<field>, or serial"),
        (PAPER, "required: [scan, stamp]", "required: [scan]", "Make the field required."),
        (PAPER, "beside: owner", "beside: ownre", 'Did you mean "owner"?'),
        (PAPER, 'basis: "UU 10/2020; diperiksa bagian hukum", ', "", "basis"),
        (ORDER, "[sign_grant, sign_clerk, sign_parent]", "[sign_grant, sign_clrek, sign_parent]", 'Did you mean "sign_clerk"?'),
        (ORDER, "[sign_grant, sign_clerk, sign_parent]", "[sign_grant]", "name who signs behind them"),
        (ORDER, "[sign_grant, sign_clerk, sign_parent]", "[sign_grant, sign_clerk]", "Add it where it signs, or remove its letter."),
        (ORDER, "[sign_grant, sign_clerk, sign_parent]", "[sign_grant, sign_clerk, sign_parent, sign_grant]", "Name each once."),
        (ORDER, "[sign_grant, sign_clerk, sign_parent]", "[sign_clerk, sign_grant, sign_parent]", "Draw it behind"),
        (ORDER, "role: clerk, operation", "role: clerk, countersigns: sign_parent, operation", "remove countersigns"),
    ],
)  # fmt: skip
def test_a_misuse_is_told_with_its_place_and_a_way_out(heading: str, old: str, new: str, words: str) -> None:
    told = faults(list_blocks(HANDBOOK, heading), old, new)
    fitting = [one for one in told if words in f"{one.file} {one.message} {one.fix}"]
    assert fitting, [(one.message, one.fix) for one in told]
    assert all(one.file and one.line for one in fitting), fitting


def test_a_serial_comes_from_who_issues_stamps_before_the_letter() -> None:
    blocks = [(path, body.replace(TO_DECIDE, TO_STAMP)) for path, body in list_blocks(HANDBOOK, PAPER) + SERIAL]
    other = faults(blocks, "serial: stamp.serial", "serial: store.document")
    assert any("the office makes none itself" in one.message and one.line and one.fix for one in other)
    behind = TO_STAMP.replace('"store"', '"sign_grant"').replace('"decide"', '"granted"')
    late = [(path, body.replace(TO_STAMP, f"{TO_DECIDE}{behind}".replace('id="to_decide" sourceRef="stamp"', 'id="to_end" sourceRef="stamp"')))
            for path, body in blocks] + [("process.bpmn", '<remove id="to_granted"/>')]  # fmt: skip
    assert any("before it on every way" in one.fix for one in faults(late))
    service = read_grown(blocks)
    with pytest.raises(Problems, match="serial of the meterai"):
        letter_words.letter_parts(service, "grant", known_of(1) | {"stamp": {}}, "id", NOW)
    made = letter_words.letter_parts(service, "grant", known_of(1) | {"stamp": {"serial": "AB-0001"}}, "id", NOW)
    assert made["meterai"] == {"amount_text": "Rp10.000", "serial": "AB-0001", "beside": ""}


def test_a_meterai_on_a_refusal_is_advised_against() -> None:
    more = "letters: {refusal: {meterai: {photo: check.visit_photo, basis: UU 10/2020, status: unconfirmed}}}"
    form = "check: {schema: {required: [visit_photo]}}"
    service = read_grown([*list_blocks(HANDBOOK, PAPER), ("service.yaml", more), ("form.yaml", form)])
    (told,) = [one for one in service.warnings if "bears no meterai" in one.message]
    assert told.line and told.file.endswith("service.yaml") and told.fix


def test_signers_sign_in_their_order_each_another_person() -> None:
    service = read_grown(list_blocks(HANDBOOK, ORDER))
    assert [one.id for one in service.signing_order("grant")] == ["sign_clerk", "sign_parent"]
    assert service.steps["sign_parent"].countersigns == "sign_clerk"
    assert set(service.steps["sign_parent"].not_same_person_as) == {"sign_grant", "sign_clerk"}
    story = next(one for one in service.examples if one.name == "granted-partners")
    by_one = [one if one.step != "sign_clerk" else type(one)(step="sign_clerk", as_="Ratna") for one in story.then]
    played = manifest.play(
        service, type(story)(**{**fields_of(story), "then": tuple(by_one)}), calendar=Weekdays(), prove=False
    )
    assert played.problems, "one person cannot sign twice"


def fields_of(story: manifest.Example) -> dict[str, object]:
    return {name: getattr(story, name) for name in story.__dataclass_fields__}


# ---- what is set -----------------------------------------------------------------------------------------------------


def known_of(heirs: int, name: str = "Siti Contoh") -> dict[str, object]:
    """Make the typed data of a case with so many heirs."""
    relations = ("pasangan", "anak", "cucu")
    return {
        "apply": {
            "business_name": "Warung Siti",
            "deceased_name": "Joko", "deceased_nik": "9901010101500009", "died_on": date(2026, 1, 15), "last_address": "Jl. Contoh 1",
            "heirs": [
                {"name": f"{name} {at + 1}", "nik": "9901015503780003", "birth_date": date(1990, 1, 1), "relation": relations[at % 3]}
                for at in range(heirs)
            ],
            "witnesses": [{"name": "Ratna", "nik": "9901015503780003"}, {"name": "Budi", "nik": "9901011202850002"}],
            "purpose": "tanah",
        },
        "case": {"number": "PAW-1", "submitted_date": date(2026, 3, 2)},
        "applicant": {"name": "Siti"},
        "unit": {"name": "Kelurahan Contoh"},
        "town": {},
    }  # fmt: skip


@pytest.fixture(scope="module")
def service() -> manifest.Service:
    """Read the service that uses it all, with the town's letter."""
    files = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}
    town = {path.name: path.read_bytes() for path in (ROOT / "town").iterdir() if path.is_file()}
    return manifest.read_service(files, folder="services/pernyataan-ahli-waris", town=manifest.read_town(town), published=True)  # fmt: skip


def pages_of(pdf: bytes) -> list[str]:
    return [" ".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(pdf)]


@pytest.mark.parametrize(("heirs", "pages"), [(1, 1), (40, 4)])
def test_every_row_has_its_line_and_its_place_to_sign_and_no_signature_stands_alone(
    service: manifest.Service, heirs: int, pages: int
) -> None:
    told = pages_of(proof.typeset(service, "statement", known_of(heirs), lang="id", at=NOW))
    assert len(told) == pages
    whole = " ".join(told)
    assert all(whole.count(f"Siti Contoh {at + 1} ") >= 2 for at in range(heirs)), "in the table and where they sign"
    assert "Meterai Rp10.000" in whole and "Saksi-saksi" in told[-1], "witnesses stay with the office's block"
    tables = [one for one in told if "No. Nama NIK Tanggal lahir Hubungan" in one]
    assert len(tables) == (2 if heirs == 40 else 1), "the head is set again where the table goes on"


def test_english_is_said_where_the_case_speaks_it(service: manifest.Service) -> None:
    (page,) = pages_of(proof.typeset(service, "statement", known_of(1), lang="en", at=NOW))
    assert "No. Name NIK Date of birth Relation" in page and "Husband or wife" in page and "The heirs" in page


@pytest.mark.parametrize("signers", [2, 3, 4])
def test_blocks_of_several_signers_do_not_overlap(service: manifest.Service, signers: int) -> None:
    content = proof.letter_data(service, "registration", known_of(2), lang="id", at=NOW)
    titles = [f"Sekretaris Kelurahan yang Membawahi Urusan Pencatatan {at}" for at in range(2, signers + 1)]
    content |= {"demo": False, "countersigners": [{"title": title, "unit": "Kelurahan Contoh"} for title in titles]}
    (page,) = pypdfium2.PdfDocument(proof._set(service, "registration", content, NOW))
    words = page.get_textpage()
    lines = [words.get_rect(at) for at in range(words.count_rects())]  # left, bottom, right, top
    for at, one in enumerate(lines):
        for other in lines[at + 1 :]:
            wide = min(one[2], other[2]) - max(one[0], other[0])
            high = min(one[3], other[3]) - max(one[1], other[1])
            assert wide < 1 or high < 4, "no line lies upon another"
    text = " ".join(words.get_text_range().split())
    assert all(title in text for title in titles) and text.count("ikut menandatangani berkas ini") == signers - 1


def test_no_letter_is_set_with_a_hole(service: manifest.Service) -> None:
    known = known_of(1)
    known["apply"] = {name: one for name, one in dict(known["apply"]).items() if name != "heirs"}  # type: ignore[call-overload]
    with pytest.raises(Problems) as refused:
        proof.letter_data(service, "statement", known, lang="id", at=NOW)
    for told in refused.value.problems:
        assert (told.file, told.element) == ("texts/id.yaml", "letters.statement.heirs_are")
        assert "hole" in told.message and told.fix


def test_what_somebody_typed_is_never_looked_at_for_holes(service: manifest.Service) -> None:
    known = known_of(1, "{town.terbilang(5)} {shown.apply.purpose}")
    scope = letter_words.words_scope(service, known, "id")
    left: list[str] = []
    said = letter_words.fill_words(
        "{shown.apply.heirs[1].name}|{ a b c }|{apply.deceased_name}", scope, "id", NOW, lambda key, hole: left.append(hole)
    )  # fmt: skip
    assert said == "{town.terbilang(5)} {shown.apply.purpose} 1|{ a b c }|Joko" and not left
    assert letter_words.say_value(Decimal("1500.5"), "id") == "1.500,5"
