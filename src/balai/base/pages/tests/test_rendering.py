"""Fields become questions that work without script and that a screen reader can follow."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from balai.base import intake
from balai.base.pages import gallery, rendering, texts
from balai.base.pages.templatetags.pages import typed_day
from balai.engine import forms
from balai.engine.forms import CodeRow, CodeTable, Field, Form, FormPage, JudgingScope
from balai.engine.forms.form import KINDS


def form_of(*fields: Field) -> Form:
    named = {one.name: one for one in fields}
    return Form("apply", (FormPage("all", tuple(named)),), named)


def field(name: str, kind: str, **more: object) -> Field:
    return Field(name, kind, form="apply", key=name, **more)  # type: ignore[arg-type]


def drawing_of(form: Form, **more: object) -> rendering.Drawing:
    scope = JudgingScope(tables=more.pop("tables", {}), zone=more.pop("zone", None))  # type: ignore[arg-type]
    return rendering.Drawing(form, scope, {}, "id", **more)  # type: ignore[arg-type]


def html_of(*questions: rendering.Question) -> str:
    template = engines["django"].from_string("{% load pages %}{% questions questions %}")
    return str(template.render({"questions": questions}))


@pytest.mark.parametrize(
    ("one", "widget"),
    [
        (field("a", "string"), "input"),
        (field("a", "text"), "area"),
        (field("a", "boolean"), "radios"),
        (field("a", "boolean", must_be_true=True), "tick"),
        (field("a", "choice", options=tuple("abcdef")), "radios"),
        (field("a", "choice", options=tuple("abcdefg")), "select"),
        (field("a", "choices", options=tuple("abc")), "checks"),
        (field("a", "date"), "date"),
        (field("a", "money"), "money"),
        (field("a", "file"), "file"),
        (field("a", "nik"), "input"),
    ],
)
def test_each_kind_has_its_widget(one: Field, widget: str) -> None:
    assert rendering.question(drawing_of(form_of(one)), one, {}).widget == widget


def test_what_was_typed_comes_back_as_it_was_typed() -> None:
    form = form_of(field("money", "money"), field("born", "date"), field("note", "text"))
    asked = rendering.draw(
        drawing_of(form), tuple(form.fields.values()), {"money": "1.500,5x", "born": "31/02/2026", "note": "<b>&"}
    )
    html = html_of(*asked)
    assert 'value="1.500,5x"' in html
    assert 'value="31"' in html and 'value="2026"' in html and '<option value="2" selected>' in html
    assert "&lt;b&gt;&amp;" in html and "<b>&" not in html


def test_typed_answers_are_written_as_people_write_them() -> None:
    form = form_of(field("money", "money"), field("born", "date"))
    money, born = rendering.draw(
        drawing_of(form), tuple(form.fields.values()), {"money": Decimal("1500000"), "born": date(1990, 8, 17)}
    )
    assert money.value == "1.500.000"
    assert born.parts == ("17", "8", "1990")


@pytest.mark.parametrize("typed", ["", "17/8/1990", "17/08/1990", "1990-08-17", "besok", "//", "1/2/3/4"])
def test_a_date_in_three_boxes_survives_the_way_out_and_back(typed: str) -> None:
    day, month, year = rendering.date_parts(typed)
    assert month.lstrip("0") == month
    assert isinstance(day, str) and isinstance(year, str)


def test_a_long_table_is_searched_and_the_choice_stays() -> None:
    rows = tuple(CodeRow(f"{number:05}", {"id": f"Usaha {number}"}) for number in range(200))
    one = field("kbli", "choice", source="kbli", required=True)
    drawing = drawing_of(form_of(one), tables={"kbli": CodeTable("kbli", rows)}, searches={"kbli": "usaha 19"})
    asked = rendering.question(drawing, one, {"kbli": "00042"})
    assert asked.widget == "search"
    assert asked.options[0].value == "00042" and asked.options[0].chosen
    assert {option.value for option in asked.options[1:]} >= {"00019", "00190"}
    assert 'name="search" value="kbli"' in html_of(asked)


def test_villages_stand_under_their_districts() -> None:
    villages = tuple(CodeRow(f"64.72.0{a}.100{b}", {"id": f"Desa {a}{b}"}) for a in (1, 2) for b in range(1, 6))
    districts = CodeTable("district", (CodeRow("64.72.01", {"id": "Satu"}), CodeRow("64.72.02", {"id": "Dua"})))
    one = field("village", "village")
    asked = rendering.question(
        drawing_of(form_of(one), tables={"village": CodeTable("village", villages), "district": districts}), one, {}
    )
    assert [title for title, _ in asked.groups] == ["Dua", "Satu"], "by name, as one looks for them"


def test_rows_have_buttons_that_the_engine_understands() -> None:
    name = Field("name", "string", form="apply", key="partners.name", required=True)
    group = field("partners", "group", fields={"name": name}, min_items=1, max_items=2)
    form = form_of(group)
    html = html_of(rendering.question(drawing_of(form), group, {"partners": [{"name": "Siti"}, {"name": "Budi"}]}))
    names = set(re.findall(r'name="([^"]+)"', html))
    assert {"partners-0-name", "partners-1-name", "partners-remove-0", "partners-remove-1"} <= names
    assert "partners-add" not in names  # two is the most
    post = {"partners-0-name": ["Siti"], "partners-1-name": ["Budi"], "partners-remove-0": ["1"]}
    edited = forms.edit_group(form, post, forms.from_post(form, [group], post, {}))
    assert edited == {"partners": [{"name": "Budi"}]}


def test_an_error_leads_to_its_control() -> None:
    name = Field("name", "string", form="apply", key="partners.name")
    group = field("partners", "group", fields={"name": name}, min_items=1)
    form = form_of(field("born", "date"), field("kind", "choice", options=("a", "b")), group)
    drawing = drawing_of(form, errors={"partners.0.name": "isi", "born": "isi", "kind": "pilih"})
    asked = rendering.draw(drawing, tuple(form.fields.values()), {})
    html = html_of(*asked)
    faults = rendering.list_faults(drawing, asked)
    assert [fault.anchor for fault in faults] == ["born-day", "kind", "partners-0-name"]
    assert all(f'id="{fault.anchor}"' in html for fault in faults)


def test_given_and_computed_answers_are_shown_and_not_asked() -> None:
    one = field("name", "string")
    drawing = replace(drawing_of(form_of(one)), scope=JudgingScope(given={"name": "Siti"}))
    html = html_of(rendering.question(drawing, one, {"name": "Joko"}))
    assert "Siti" in html and "Joko" not in html and "<input" not in html


class Ids(HTMLParser):
    """Collects ids and what refers to them."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.wanted: set[str] = set()
        self.styled: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        self.ids += [held["id"]] if "id" in held else []
        self.wanted |= set(held.get("aria-describedby", "").split()) | ({held["for"]} if "for" in held else set())
        self.styled += [tag for name in held if name == "style" or name.startswith("on")]


def test_the_gallery_has_unique_ids_that_all_exist_and_no_inline_style() -> None:
    request = RequestFactory().get("/_gallery")
    page = engines["django"].get_template("pages/gallery.html").render(gallery.sample(), request)
    found = Ids()
    found.feed(page)
    assert sorted(found.ids) == sorted(set(found.ids))
    assert found.wanted <= set(found.ids)
    assert found.styled == []


def test_a_row_says_what_its_numbers_count_opens_the_right_pad_and_takes_the_focus() -> None:
    inner = {
        name: Field(name, kind, form="apply", key=f"partners.{name}", **more)  # type: ignore[arg-type]
        for name, kind, more in (
            ("share", "number", {}),
            ("nib", "string", {"pattern": "^[0-9]{13}$"}),
            ("who", "string", {}),
        )
    }
    group = field("partners", "group", fields=inner)
    texts = {
        "id": {
            "forms": {"apply": {"fields": {"partners": {"fields": {"share": {"label": "Bagian", "unit": "persen"}}}}}}
        }
    }
    drawing = replace(drawing_of(form_of(group), added="partners"), texts=texts)
    html = html_of(rendering.question(drawing, group, {"partners": [{"who": "Siti"}, {}]}))
    assert html.count(">persen</span>") == 2 and 'aria-describedby="partners-0-share-unit"' in html
    boxes = {
        re.search(r'id="([^"]+)"', box).group(1): box for box in re.findall(r"<input (?!type=.hidden)[^>]+>", html)
    }  # type: ignore[union-attr]
    assert 'inputmode="numeric"' in boxes["partners-1-nib"] and 'inputmode="decimal"' in boxes["partners-1-share"]
    assert "inputmode" not in boxes["partners-1-who"]
    assert [name for name, box in boxes.items() if "autofocus" in box] == ["partners-1-share"]


def test_villages_are_looked_for_by_name() -> None:
    rows = tuple(
        CodeRow(f"64.72.01.100{at}", {"id": name})
        for at, name in enumerate(("Sari", "bukit", "Alam", "Muara", "Tani", "Gunung", "Laut"))
    )
    one = field("village", "village")
    asked = rendering.question(drawing_of(form_of(one), tables={"village": CodeTable("village", rows)}), one, {})
    names = [option.label for option in asked.options]
    assert names == sorted(names, key=str.casefold) and asked.options[0].id == "village"


def test_whoever_tells_of_themselves_is_offered_what_their_browser_knows_and_no_officer_is() -> None:
    form = form_of(field("name", "string"), field("address", "text"), field("birth_date", "date"))
    for own in (True, False):
        html = html_of(*rendering.draw(drawing_of(form, own=own), tuple(form.fields.values()), {}))
        found = set(re.findall(r'autocomplete="([^"]+)"', html))
        assert found == ({"name", "street-address", "bday-day", "bday-month", "bday-year"} if own else {"off"})


NATIVE = re.compile(r"""(?:type=|type['"]?[:,] ?|[a-z]: ?)["']?(date|time|datetime-local|month|week)["'\s>]""")


def test_no_page_asks_for_a_day_or_a_time_by_a_box_of_the_browser() -> None:
    assert NATIVE.search('<input type="time" name="at">') and NATIVE.search("<input type=month>")
    sources = Path(rendering.__file__).parents[2]
    found = [
        path
        for pattern in ("templates/**/*.html", "static/**/*.js", "assets/*.js", "templates/**/*.js")
        for path in sources.rglob(pattern)
        if NATIVE.search(path.read_text("utf-8"))
    ]
    assert found == [], "how it is written is the browser's there, and people type: intake.day, hour, moment, month"
    form = form_of(*(field(kind.replace("-", ""), kind) for kind in KINDS if kind != "group"))
    html = html_of(*rendering.draw(drawing_of(form), tuple(form.fields.values()), {}))
    assert html.count("<input") >= len(KINDS) - 5 and not NATIVE.search(html)


def test_every_file_is_chosen_by_the_one_control_that_tells_its_name() -> None:
    found = [
        path.name
        for path in Path(rendering.__file__).parents[2].rglob("templates/**/*.html")
        if re.search(r"""type=["']?file""", path.read_text("utf-8"))
    ]
    assert found == ["pick.html"], "include pages/form/pick.html: the browser's own words are in the browser's language"


@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_time_and_a_moment_say_how_they_are_written_and_stand_there_as_typed(lang: str) -> None:
    form = form_of(field("at", "time"), field("when", "date-time"))
    answers = {"at": time(14, 5), "when": datetime(2026, 1, 31, 6, 5, tzinfo=UTC)}
    drawing = drawing_of(form, zone=timezone(timedelta(hours=8)))
    with translation.override(lang):
        asked = rendering.draw(drawing, tuple(form.fields.values()), answers)
        assert [one.value for one in asked] == ["14.05", "31/1/2026 14.05"]
        assert [one.hint for one in asked] == [texts.say("pages.form.time_hint"), texts.say("pages.form.moment_hint")]
        html = html_of(*asked)
        assert 'aria-describedby="at-hint"' in html and 'aria-describedby="when-hint"' in html


@pytest.mark.parametrize(
    "typed", ["14.05", "14:05", "pukul 14.05", "Jam 14:05", "2:05 pm", "2.05 P.M.", "\u200b14.05 "]
)
def test_a_time_is_read_as_people_write_it(typed: str) -> None:
    assert intake.hour(typed) == time(14, 5)


@pytest.mark.parametrize("typed", ["", "14", "25.00", "14.60", "14.5", "0:30 pm", "13:05 am", "siang", "14.05 x"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        intake.hour(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "31/1/2026 14.05", "31 Januari 2026, pukul 14.05", "31 January 2026 2:05 pm", "2026-01-31T14:05", "31-1-2026, 14:05",
        "2026-01-31 06:05+00:00", "31.1.2026  14.05",
    ],
)  # fmt: skip
def test_a_moment_is_read_as_people_write_it(typed: str) -> None:
    assert intake.moment(typed, timezone(timedelta(hours=8))) == datetime(2026, 1, 31, 6, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed", ["", "31/1/2026", "2026-01-31", "14.05", "31/2/2026 14.05", "31/1/2026 25.00", "kemarin 14.05"]
)
def test_what_is_no_moment_is_refused_a_day_without_its_time_too(typed: str) -> None:
    with pytest.raises(ValueError):
        intake.moment(typed, UTC)


@pytest.mark.parametrize("typed", ["Maret 2026", "march 2026", "3/2026", "03-2026", "2026-03", " Mar 2026 "])
def test_a_month_is_read_as_people_write_it(typed: str) -> None:
    assert intake.month(typed) == date(2026, 3, 1)


@pytest.mark.parametrize("typed", ["", "2026", "13/2026", "Maret", "3/26", "9999-12", "lalu 2026", "0/2026"])
def test_what_is_no_month_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        intake.month(typed)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("1/2/2026", "1/2/2026"),
        ("1 Februari 2026", "1 Februari 2026"),
        ("2026-02-01", "1/2/2026"),
        ("\u200b1-2-2026 ", None),
        ("besok", "besok"),
        ("31/2/2026", "31/2/2026"),
    ],
)
def test_a_day_is_read_as_people_write_it_and_stands_there_again(typed: str, shown: str | None) -> None:
    assert shown is None or typed_day(typed) == shown
    if typed in ("besok", "31/2/2026"):
        with pytest.raises(ValueError):
            intake.day(typed)
    else:
        assert intake.day(typed) == date(2026, 2, 1)


def test_a_date_names_its_months_on_whatever_page_its_question_stands() -> None:
    asked = rendering.Question(name="received_on", widget="date", label="Diterima pada", parts=("1", "12", "2026"))
    drawn = render_to_string("pages/form/question.html", {"q": asked})  # as the desk draws it, one by one
    assert drawn.count("<option") == 13 and '<option value="12" selected>' in drawn
