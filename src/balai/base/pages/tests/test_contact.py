"""How the hall is reached is said by one file; what is made up is shown as such and dialled by nobody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from balai.base.pages import contact, face
from balai.base.pages.frames import Frame

CONTACT = 'phone: "0541 000000"\nwhatsapp: "0812 0000 0000"\n'


@pytest.fixture(autouse=True)
def read_anew() -> Iterator[None]:
    contact.get_contact.cache_clear()
    face.get_face.cache_clear()
    yield
    contact.get_contact.cache_clear()
    face.get_face.cache_clear()


def show(town: Path, settings: Settings, **files: str) -> str:
    for name, text in files.items():
        (town / f"{name}.yaml").write_text(text, "utf-8")
    settings.BALAI_TOWN_FOLDER = town
    return render_to_string("pages/parts/reach.html", {"frame": Frame(RequestFactory().get("/"))})


def test_a_number_is_dialled_and_written_to(tmp_path: Path, settings: Settings) -> None:
    shown = show(tmp_path, settings, contact=CONTACT)
    assert '<a href="tel:+62541000000">0541 000000</a>' in shown
    assert '<a href="https://wa.me/6281200000000">0812 0000 0000</a>' in shown


def test_what_is_made_up_is_marked_and_cannot_be_dialled(tmp_path: Path, settings: Settings) -> None:
    shown = show(tmp_path, settings, contact=f"example: true\n{CONTACT}")
    assert "0541 000000" in shown and shown.count("contoh, bukan nomor sungguhan") == 2 and "href" not in shown


def test_a_number_in_the_face_counts_where_there_is_no_contact(tmp_path: Path, settings: Settings) -> None:
    assert 'href="tel:+62541000000"' in show(tmp_path, settings, face='phone: "0541 000000"\n')
    contact.get_contact.cache_clear()
    assert show(tmp_path, settings, contact="email: a@contoh.example\n").strip() == ""


def test_a_faulty_contact_leaves_the_pages_without_one(tmp_path: Path, settings: Settings) -> None:
    assert show(tmp_path, settings, contact='phone: "12"\nwhatsapp: "0812 0000 0000"\n').strip() == ""
