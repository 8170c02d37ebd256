"""What a web form posts, what people are shown, what is kept, and what machines are told."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from balai.engine import forms
from balai.engine.forms.messages import MESSAGES
from balai.engine.manifest.yaml_tree import read_yaml
from balai.engine.problems import Problem

SCOPE = forms.JudgingScope(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
KBLI = {"kbli": forms.CodeTable("kbli", (forms.CodeRow("47111", {"id": "Perdagangan eceran", "en": "Retail"}),))}
TEXTS: Mapping[str, Mapping[str, object]] = {
    "id": {
        "forms": {
            "apply": {
                "fields": {
                    "name": {"label": "Nama usaha", "errors": {"too_short": "Nama usaha minimal tiga huruf."}},
                    "kind": {"label": "Bidang", "options": {"jasa": "Jasa"}},
                    "partners": {"label": "Mitra", "fields": {"who": {"label": "Nama mitra"}}},
                },
                "checks": {"same": "Jumlahnya harus sama."},
            }
        }
    },
    "en": {"forms": {"apply": {"fields": {"name": {"label": "Business name"}}}}},
}


def _form() -> forms.Form:
    problems: list[Problem] = []
    root = read_yaml(
        b"""
pages:
  - {id: a, fields: [name, kind, many, kbli, born, price, agreed, file]}
  - {id: b, fields: [partners]}
schema:
  type: object
  required: [name, partners]
  properties:
    name: {type: string, minLength: 3}
    kind: {type: string, enum: [dagang, jasa]}
    many: {type: array, minItems: 1, items: {type: string, enum: [a, b]}}
    kbli: {type: string, source: kbli}
    born: {type: string, format: date}
    price: {type: number, format: money, minimum: 0}
    agreed: {type: boolean}
    file: {type: string, format: file}
    partners:
      type: array
      maxItems: 2
      items: {type: object, required: [who], properties: {who: {type: string}, card: {type: string, format: file}}}
    total: {type: number, compute: "price * 2"}
""",
        "form.yaml",
        problems,
    )
    assert not problems
    return forms.read_form("apply", root.value, file="form.yaml", lines=root.lines)


FORM = _form()


def fields_of(page: str) -> tuple[forms.Field, ...]:
    """Answer the fields of a page."""
    found = FORM.page(page)
    assert found is not None
    return forms.visible_fields(FORM, found, {}, SCOPE)


def test_what_is_posted_replaces_the_pages_own_answers_only() -> None:
    before = {"name": "Lama", "agreed": "true", "partners": [{"who": "Joko"}], "file": {"document": "d1"}}
    post = {"name": ["  Warung "], "kind": ["jasa"], "many": ["a", "b"], "born-day": ["2"], "born-month": ["3"],
            "born-year": ["1990"], "total": ["99"], "csrf": ["x"]}  # fmt: skip
    after = forms.from_post(FORM, fields_of("a"), post, before)
    assert after == {
        "name": "  Warung ", "kind": "jasa", "many": ["a", "b"], "born": "2/3/1990", "partners": [{"who": "Joko"}],
        "file": {"document": "d1"},
    }  # fmt: skip
    assert "file" not in forms.from_post(FORM, fields_of("a"), {"file-remove": ["1"]}, before)


def test_rows_are_posted_by_number_and_keep_their_files() -> None:
    before = {"partners": [{"who": "Joko", "card": {"document": "d1"}}, {"who": "Budi"}]}
    after = forms.from_post(FORM, fields_of("b"), {"partners-0-who": ["Joko A"], "partners-1-who": [""]}, before)
    assert after["partners"] == [{"who": "Joko A", "card": {"document": "d1"}}, {"who": ""}]


def test_rows_are_added_and_removed_without_a_script() -> None:
    answers: dict[str, object] = {"partners": [{"who": "Joko"}]}
    added = forms.edit_group(FORM, {"partners-add": [""]}, answers)
    assert added == {"partners": [{"who": "Joko"}, {}]}
    assert forms.edit_group(FORM, {"partners-add": [""]}, added) == added  # no more than maxItems
    assert forms.edit_group(FORM, {"partners-remove-0": [""]}, added) == {"partners": [{}]}
    assert forms.edit_group(FORM, {"next": [""]}, added) is None


def test_answers_are_shown_as_people_read_them() -> None:
    shown = {
        "kind": "jasa", "kbli": "47111", "born": date(1990, 3, 2), "price": Decimal("1500000.5"), "agreed": False,
        "file": {"document": "d1", "name": "foto.jpg"}, "partners": [{"who": "Joko"}, {"who": "Budi"}],
    }  # fmt: skip
    read = {
        name: forms.show(FORM.fields[name], value, TEXTS, "id", tables=KBLI) for name, value in shown.items()
    }  # fmt: skip
    assert read == {
        "kind": "Jasa", "kbli": "Perdagangan eceran", "born": "2 Maret 1990", "price": "Rp1.500.000,5",
        "agreed": "Tidak",         "file": "foto.jpg", "partners": "Joko\nBudi",
    }  # fmt: skip
    assert forms.show(FORM.fields["price"], "1500000", TEXTS, "en") == "Rp1,500,000"
    moment = forms.Field("m", "date-time")
    at = datetime(2026, 3, 2, 1, 5, tzinfo=UTC)
    assert forms.show(moment, at, {}, "id", zone=ZoneInfo("Asia/Makassar")) == "2 Maret 2026 09.05"
    assert forms.show(forms.Field("t", "time"), time(9, 5), {}, "id") == "09.05"


def test_canonical_json_goes_there_and_back() -> None:
    typed = {"name": "Warung", "born": date(1990, 3, 2), "price": Decimal("0.10"), "partners": [{"who": "Joko"}]}
    stored = forms.to_json(FORM, typed)
    assert stored == {"name": "Warung", "born": "1990-03-02", "price": "0.10", "partners": [{"who": "Joko"}]}
    assert forms.from_json(FORM, stored) == typed
    assert forms.from_json(FORM, {"born": "kemarin", "x": 1}) == {"born": "kemarin", "x": 1}


def test_errors_name_the_question_and_say_what_to_do() -> None:
    def words(error: forms.FieldError, lang: str = "id") -> str:
        return forms.message(error, TEXTS, lang)

    required = forms.FieldError("kind", "required", {"kind": "choice"}, "apply")
    assert words(required) == "Bidang: pilih salah satu jawaban."
    assert (
        words(forms.FieldError("name", "too_short", {"minimum": 3, "got": 1}, "apply"))
        == "Nama usaha minimal tiga huruf."
    )
    assert words(forms.FieldError("partners.1.who", "required", {}, "apply")).startswith("Nama mitra (2): belum diisi")
    assert words(forms.FieldError("partners", "check.same", {}, "apply")) == "Jumlahnya harus sama."
    big = forms.FieldError("file", "file_too_large", {"maximum": 5_000_000, "got": 7_340_000}, "apply")
    assert words(big, "en") == "file: the file is too large (7.3 MB). Make it at most 5 MB."
    assert "JPEG atau PNG" in words(
        forms.FieldError("file", "file_type", {"accept": ("image/jpeg", "image/png")}, "apply")
    )
    late = forms.FieldError("born", "too_late", {"limit": date(2026, 3, 2), "today": True}, "apply")
    assert words(late, "en") == "born: today at the latest. Check the date."
    assert words(forms.FieldError("price", "too_small", {"minimum": Decimal(1500)}, "apply")).startswith(
        "price: paling sedikit 1.500"
    )


def test_the_schema_for_machines() -> None:
    schema = forms.json_schema(FORM)
    assert schema["required"] == ["name", "partners"]
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert properties["kind"] == {"type": "string", "enum": ["dagang", "jasa"]}
    assert properties["total"]["readOnly"] is True
    assert properties["many"]["minItems"] == 1
    assert properties["partners"]["items"]["required"] == ["who"]


def test_tables_are_searched_by_every_word() -> None:
    table = forms.CodeTable(
        "t", tuple(forms.CodeRow(str(n), {"id": name}) for n, name in enumerate(["Toko roti", "Roti bakar", "Kopi"]))
    )
    assert [row.code for row in table.search("roti")] == ["1", "0"]
    assert [row.code for row in table.search("ROTI toko")] == ["0"]
    assert table.search("teh") == ()


def test_every_error_code_is_documented() -> None:
    page = Path(__file__).parents[5] / "docs" / "reference" / "service-folder.md"
    words = set(page.read_text(encoding="utf-8").replace(",", " ").replace("\n", " ").split())
    soft = {"nik_district_unknown", "nik_birth_date_differs", "nik_sex_differs"}  # warnings refuse nothing
    codes = {code.partition(".")[0] for code in MESSAGES} - soft
    assert codes <= words, codes - words


def test_an_unknown_question_with_an_odd_name_still_has_words() -> None:
    for key in ("²", "0", "a.²", "٣", ""):
        error = forms.FieldError(key, "unknown_field", {}, "apply")
        assert key in forms.message(error, {}, "id")
