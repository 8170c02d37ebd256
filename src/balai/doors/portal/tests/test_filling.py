"""Taking in a page: which button was pressed, what was typed, what a search is."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.test import RequestFactory

from balai.doors.portal.answering import marked
from balai.doors.portal.filling import FilledPage, take_page
from balai.engine.forms import CodeRow, CodeTable, Field, Form, FormPage, JudgingScope

ROWS = tuple(CodeRow(f"{number:05}", {"id": f"Usaha {number}"}) for number in range(200))
KBLI = Field("kbli", "choice", form="apply", key="kbli", source="kbli", required=True)
NAME = Field("name", "string", form="apply", key="name")
FORM = Form("apply", (FormPage("all", ("kbli", "name")),), {"kbli": KBLI, "name": NAME}, order=("kbli", "name"))
SCOPE = JudgingScope(tables={"kbli": CodeTable("kbli", ROWS)})


def take(post: Mapping[str, str], before: Mapping[str, Any] | None = None) -> FilledPage:
    def keep(*_: object) -> Mapping[str, Any]:
        raise AssertionError("no file was sent")

    request = RequestFactory().post("/x", dict(post))
    return take_page(request, FORM, ("kbli", "name"), before or {}, SCOPE, keep, "id")


@pytest.mark.parametrize(
    ("post", "pressed"),
    [
        ({"name": "a", "kbli": "00001"}, "on"),
        ({"name": "a", "save": "1"}, "save"),
        ({"name": "a", "refresh": "1"}, "stay"),
        ({"name": "a", "search": "kbli", "kbli-search": "usaha"}, "stay"),
        ({"name": "a", "kbli-search": "usaha"}, "stay"),  # Enter in the search box
        ({"name": "a", "kbli-search": "usaha", "kbli": "00001"}, "on"),
    ],
)
def test_the_button_is_understood(post: Mapping[str, str], pressed: str) -> None:
    taken = take(post)
    assert taken.pressed == pressed
    assert taken.answers["name"] == "a"


def test_words_searched_for_are_not_an_answer() -> None:
    taken = take({"kbli-search": "usaha 12", "search": "kbli", "name": ""}, {"kbli": "00007"})
    assert taken.searches == {"kbli": "usaha 12"}
    assert "kbli-search" not in taken.answers


TEXTS = {
    "id": {
        "forms": {
            "apply": {
                "fields": {
                    "photo": {"label": "Foto tempat usaha"},
                    "name": {"label": "Nama usaha"},
                    "letter": {"label": "Surat pengantar RT/RW"},
                    "letter_two": {"label": "Surat kuasa"},
                }
            }
        }
    }
}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("Foto tempat usaha buram, papan nama tidak terbaca", {"photo"}),
        ("Foto buram", {"photo"}),
        ("Lengkapi surat", set()),  # two questions begin so: none is marked
        ("", set()),
    ],
)
def test_what_the_officer_speaks_of_is_marked(wanted: str, found: set[str]) -> None:
    fields = {name: Field(name, "string", form="apply", key=name) for name in ("photo", "name", "letter", "letter_two")}
    form = Form("apply", (FormPage("all", tuple(fields)),), fields)
    assert marked(form, wanted, TEXTS, "id") == found
