"""What a service's texts promise must lead somewhere: to a door that stands, or to a counter and a telephone that is there."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from balai.engine import manifest
from balai.engine.manifest import doors
from balai.engine.manifest.contact import HallContact, PhoneNumber
from balai.engine.problems import Problem

from .test_manifest_checks import TOWN, folder, problems_of

HALL = replace(
    TOWN,
    contact=HallContact(phone=PhoneNumber("0541 000000", "+62541000000")),
    folders={"town/pages": frozenset({"kontak"})},
)
COMPLAINTS = "Sampaikan pengaduan di loket, lewat telepon kantor, atau lewat SP4N-LAPOR!"


@pytest.fixture(autouse=True)
def no_door_stands(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(doors, "_STANDING", set[str]())
    yield


def told(words: str, town: manifest.Town = HALL) -> tuple[Problem, ...]:
    """Give what is wrong with words on complaints."""
    return problems_of(folder(texts__id_yaml=f"{COMPLAINTS} => {words}"), town)


PROMISES = [
    ("Sampaikan pengaduan lewat laman ini", "promises a page of this hall for a complaint"),
    (
        "Sampaikan pengaduan lewat laman ini, di loket, atau lewat telepon",
        "promises a page of this hall for a complaint",
    ),
    ("Sampaikan pengaduan di loket", "says no way to it"),
    ("Ajukan keberatan lewat telepon", "promises an objection"),
    ("Ada masalah? Hubungi kami", "promises a way to reach the office"),
    ("[Hubungi kami](page:kontakt)", 'Did you mean "kontak"'),
    ("Sampaikan [pengaduan](door:complaint)", 'The door "complaint" does not stand'),
    ("Lihat [ini](https://contoh.example)", "leads to page: and door: alone"),
    ("Lihat [ini](page:Kontak)", "leads to page: and door: alone"),
]


@pytest.mark.parametrize(("words", "why"), PROMISES)
def test_a_promise_that_leads_nowhere_is_refused_with_its_line(words: str, why: str) -> None:
    found = told(words)
    assert len(found) == 1 and why in str(found[0]), found
    assert (found[0].file, found[0].line, found[0].element) == (
        "services/contoh/texts/id.yaml",
        86,
        "standard.complaints",
    )
    assert found[0].fix


@pytest.mark.parametrize(
    "words",
    [
        "Sampaikan pengaduan di loket atau lewat telepon",
        "Sampaikan pengaduan di loket atau lewat [WhatsApp](page:kontak)",
        "[Hubungi kami](page:kontak)",
        "Kami menghubungi Anda bila ada yang kurang",
    ],
)
def test_a_promise_that_leads_somewhere_is_good(words: str) -> None:
    assert told(words) == ()


def test_a_room_that_opens_a_door_makes_the_promise_good() -> None:
    assert told("Sampaikan [pengaduan](door:complaint) lewat laman ini")
    doors.open_door("complaint")
    assert told("Sampaikan [pengaduan](door:complaint) lewat laman ini") == ()
    with pytest.raises(ValueError, match="There is no door window"):
        doors.open_door("window")


def test_a_telephone_that_a_town_does_not_have_is_no_way() -> None:
    found = problems_of(folder(), replace(HALL, contact=HallContact()))
    assert found and all("this town gives none" in one.message for one in found)


def test_notices_forms_phrases_and_letters_are_held_alike() -> None:
    notice = folder()
    notice["texts/en.yaml"] = notice["texts/en.yaml"].replace(b" Our counter helps, and answers by telephone.", b"")
    assert [one.element for one in problems_of(notice, HALL)] == ["notices.refused.body"]
    letter = folder()
    name = next(path for path in letter if path.endswith("refusal.typ"))
    lines = letter[name].decode().count("\n")
    letter[name] += b"Ada pertanyaan? Hubungi kami. Keberatan: seperti di atas.\n"
    found = problems_of(letter, HALL)
    assert [(one.file, one.line) for one in found] == [(f"services/contoh/{name}", lines + 1)]
    assert "a way to reach the office" in found[0].message


def test_links_stand_only_where_they_are_drawn() -> None:
    changed = folder(texts__id_yaml="title: Ditolak => title: '[Ditolak](page:kontak)'")
    found = problems_of(changed, HALL)
    assert [one.element for one in found] == ["ends.refused.title"] and "no link can be" in found[0].message


def test_a_text_without_its_links_is_words() -> None:
    files: Mapping[str, bytes] = folder(texts__id_yaml=f"{COMPLAINTS} => Tanya [kami](page:kontak) dulu, di loket")
    service = manifest.read_service(files, folder="services/contoh", town=HALL)
    assert service.text("standard.complaints", "id") == "Tanya kami dulu, di loket"
    assert [list(doors.split(one)) for one in service.leading_texts("standard.complaints", "id")] == [
        [doors.TextPart("Tanya "), doors.TextPart("kami", "page", "kontak"), doors.TextPart(" dulu, di loket")]
    ]
