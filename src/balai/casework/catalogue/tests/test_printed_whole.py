"""Whatever a form accepts is printed whole, inside the page, in every letter of every service, or refused where it is typed."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pypdfium2
import pytest
from django.conf import settings
from hypothesis import example, given
from hypothesis import settings as searching
from hypothesis import strategies as st

from balai.base.clock import office_calendar
from balai.casework.catalogue import folders
from balai.engine import forms, letters, manifest
from balai.engine.forms import glyphs
from balai.engine.manifest import letter_words, proof

MM = 72 / 25.4
FOOT = 24 * MM  # of the town's letterhead
LONGEST = 4_000  # characters of a note where its form sets no limit

TEXTS = {
    "a-word-without-end": "W" * LONGEST,
    "digits": "0123456789" * 400,
    "words": " ".join(f"kata{at:04d}" for at in range(1000)),
    "lines": "\n".join(f"b{at}" for at in range(2000)),
    "blank-lines": "\n\n".join(f"panjang{at:02d} " * 20 for at in range(60)),
    "held-together": "kata\u00a0tanpa\u202fputus\u2007" * 200,
    "an-address": "https://contoh.example/" + "a/b_c?e=f&" * 390,
    "markup": '#let x = 1 $a$ *b* _c_ `d` @e <f> \\ // /* ~ ... "q" [x] ' * 70,
    "marks": "a\u0301\u0323\u0308o\u0323\u0308 " * 400,
    "marks-without-end": "a\u0323\u0308" * 1300,
    "widest": "\u2a0c\u2a76" * 2000,
    "arabic": "مرحبا بكم في المدينة " * 190,
    "arabic-without-end": "مرحبا" * 800,
    "hebrew": "שלום עולם " * 400,
    "ligatures": "affiliasi fluktuasi ﬁ ﬄ " * 160,
    "tabs": "a\tb\tc " * 600,
    "mixed": "Warung ★ Łódź ’Siti’ ½ m² № 7 → مرحبا שלום Ω ж " * 80,
}
REFUSED = {
    "emoji": "Warung \N{STEAMING BOWL}",
    "cjk": "Toko \u8001\u5e97 Contoh",
    "bugis": "Rumah \u1a05 Contoh",
    "bell": "Warung\x07Siti",
    "override": "Warung \u202eitiS",
}


@cache
def read(service_id: str) -> manifest.Service:
    return folders.read_folder(settings.BALAI_SERVICES / service_id, settings.BALAI_TOWN_FOLDER)


@cache
def stories() -> Mapping[str, tuple[str, manifest.Example]]:
    """For each letter of each service, a golden example that leads to it."""
    found: dict[str, tuple[str, manifest.Example]] = {}
    for folder in folders.list_folders(settings.BALAI_SERVICES):
        service = read(folder.name)
        for told in service.examples:
            for letter in manifest.play(service, told, calendar=office_calendar(service.zone), prove=False).letters:
                found.setdefault(f"{service.id}/{letter}", (letter, told))
    return found


LETTERS = sorted(
    f"{folder.name}/{letter}"
    for folder in folders.list_folders(settings.BALAI_SERVICES)
    for letter in read(folder.name).letters
)


def written(form: forms.Form, answers: Mapping[str, Any], words: Iterator[str]) -> dict[str, Any]:
    """Answer a form's free texts with other words, as long as each may be."""
    free = [
        one for one in form.fields.values() if one.kind in ("string", "text") and not one.options and not one.source
    ]
    told = {
        one.name: _long_enough(next(words)[: one.max_length or LONGEST].strip(), one)
        for one in free
        if one.name in answers and not one.pattern
    }
    return {**answers, **told}


def _long_enough(text: str, field: forms.Field) -> str:
    """Say a text as often as a form that asks for more of it wants."""
    while text and len(text) < (field.min_length or 0):
        text = f"{text} {text}"[: field.max_length or LONGEST].strip()
    return text


def rewritten(service: manifest.Service, told: manifest.Example, words: Iterator[str]) -> manifest.Example:
    """Answer the example with every free text of every form replaced, and the applicant's own."""
    then = []
    for event in told.then:
        form = service.forms.get(service.steps[event.step].form) if event.step in service.steps else None
        then.append(replace(event, data=written(form, event.data, words)) if form and event.data else event)
    who = {
        name: " ".join(next(words)[:most].split())
        for name, most in (("name", 120), ("birth_place", 60), ("address", 200))
    }
    applicant = {key: who.get(key, value) for key, value in told.applicant.items()}
    return replace(
        told, apply=written(service.forms["apply"], told.apply, words), then=tuple(then), applicant=applicant
    )


def played(service: manifest.Service, told: manifest.Example) -> manifest.Played:
    return manifest.play(service, told, calendar=office_calendar(service.zone), prove=False)


def setting(service: manifest.Service, letter: str, came: manifest.Played) -> tuple[dict[str, Any], bytes]:
    """Typeset a letter as in office, without what lies across a sample: what it is made of, and the PDF."""
    at = came.made[letter]
    data = proof.letter_data(service, letter, came.data, lang="id", at=at, reasons=came.reasons)
    data |= {"demo": False, "in_force": True}
    return data, letters.render(service.letter_sources, letter, data, qr_svg=proof._sample_qr(), created_at=at)


def flat(text: str) -> str:
    """A text without what setting it may add or take: blanks, and the hyphen at which a line ended."""
    return re.sub(r"[\s\u00ad\ufffe\u0002\u2010\u2011-]", "", unicodedata.normalize("NFKC", text)).casefold()


def is_backwards(text: str) -> bool:
    return any(unicodedata.bidirectional(one) in ("R", "AL") for one in text)


def says(paper: str, text: str) -> bool:
    """Tell whether a text stands whole on paper; one that is read from the right is read back in parts, so its letters are counted."""
    wanted = flat(text)
    return wanted in paper if not is_backwards(text) else not Counter(wanted) - Counter(paper)


def look(pdf: bytes) -> tuple[str, list[str]]:
    """Read a letter back: what stands above its foot, and each sign that is outside the page's margins or over another."""
    told, faults = "", []
    for page in pypdfium2.PdfDocument(pdf):
        words, (width, height) = page.get_textpage(), page.get_size()
        told += words.get_text_bounded(bottom=FOOT - 1)
        seen: dict[tuple[int, int], list[tuple[int, tuple[float, ...]]]] = defaultdict(list)
        for at in range(words.count_chars()):
            sign, box = words.get_text_range(at, 1), words.get_charbox(at)
            left, low, right, high = box
            if not sign.strip() or unicodedata.combining(sign):
                continue
            if left < 20 * MM or right > width - 20 * MM or low < 8 * MM or high > height - 10 * MM:
                faults.append(f"{sign!r} at {box} is out")
            if is_backwards(sign) or right - left < 1 or high - low < 1:
                continue
            place = (int(left + right) // 8, int(low + high) // 8)
            near = [one for x in (-1, 0, 1) for y in (-1, 0, 1) for one in seen[place[0] + x, place[1] + y]]
            # the letters of a ligature, next to each other, share one picture
            faults += [
                f"{sign!r} at {box} is over another"
                for other, one in near
                if at - other > 3 and overlap(box, one) > 0.6
            ]
            seen[place].append((at, box))
    return flat(told), faults


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    wide, high = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    least = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return wide * high / least if wide > 0 and high > 0 else 0.0


def texts_of(service: manifest.Service, data: Mapping[str, Any]) -> dict[str, str]:
    """Answer every free text of a case's data, and of its applicant, by where it stands."""
    found = {f"applicant.{name}": text for name, text in data["applicant"].items() if name not in ("nik", "birth_date")}
    for key, answers in data.items():
        form = letter_words.form_at(service, key)
        for one in form.fields.values() if form is not None else ():
            if one.kind in ("string", "text") and isinstance(answers.get(one.name), str):
                found[f"{key}.{one.name}"] = answers[one.name]
    return found


@cache
def printed(which: str) -> frozenset[str]:
    """Find which texts a letter prints at all: written with easy words of their own, these stand in it."""
    letter, told = stories()[which]
    service = read(which.partition("/")[0])
    easy = iter([f"Kata nomor {at} saja" for at in range(100, 200)])
    data, pdf = setting(service, letter, played(service, rewritten(service, told, easy)))
    paper, _ = look(pdf)
    return frozenset(where for where, text in texts_of(service, data).items() if says(paper, text) and "nomor" in text)


@pytest.mark.parametrize("which", LETTERS)
def test_every_letter_of_every_service_is_reached_by_an_example(which: str) -> None:
    assert which in stories()


@pytest.mark.parametrize("which", LETTERS)
@pytest.mark.parametrize("turn", [0, 1, 2, *(pytest.param(at, marks=pytest.mark.long) for at in range(3, len(TEXTS)))])
def test_what_forms_accept_is_printed_whole(which: str, turn: int) -> None:
    letter, told = stories()[which]
    service = read(which.partition("/")[0])
    kinds = list(TEXTS.values())
    order = iter([kinds[(turn + 5 * at) % len(kinds)] for at in range(60)])
    came = played(service, rewritten(service, told, order))
    assert not came.problems and not came.refused, (came.problems, came.refused)
    data, pdf = setting(service, letter, came)
    paper, faults = look(pdf)
    assert not faults, faults[:5]
    wanted = {where: text for where, text in texts_of(service, data).items() if where in printed(which)}
    assert wanted.keys() >= {"applicant.name"}
    assert not [where for where, text in wanted.items() if not says(paper, text)]


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("service_id", sorted({one.partition("/")[0] for one in LETTERS}))
def test_what_no_letter_can_show_is_refused_by_name(service_id: str, kind: str) -> None:
    service = read(service_id)
    asked = 0
    for form in service.forms.values():
        for field in form.walk():
            if (
                not field.printed
                or field.kind not in ("string", "text")
                or field.options
                or field.source
                or field.pattern
            ):
                continue
            asked += 1
            with pytest.raises(forms.WrongValueError) as refused:
                forms.field_readers.read_value(field, _long_enough(REFUSED[kind], field), forms.JudgingScope(), None)
            assert refused.value.code in ("not_drawable", "control_characters"), field.key
            if refused.value.code == "not_drawable":
                assert "U+" in str(refused.value.params["characters"])
    assert asked


ANY = st.characters(exclude_categories=("Cs",))
SHOWN = [chr(code) for low, high in glyphs._PAIRS for code in range(low, high + 1)]  # what letters have pictures for
USAHA = "surat-keterangan-usaha/refusal"


@searching(max_examples=15)
@given(
    st.text(ANY, min_size=8, max_size=60) | st.text(st.sampled_from(SHOWN), min_size=8, max_size=60), st.integers(1, 20)
)
@example("\u2e3b" * 30, 1)
@example("ffi\u200d\u0301 \u00ad\u2011 x", 9)
def test_any_text_is_printed_whole_or_refused_at_its_field(text: str, times: int) -> None:
    letter, told = stories()[USAHA]
    service = read("surat-keterangan-usaha")
    apply = {**told.apply, "business_address": (text * times)[:300], "business_name": text}
    came = played(service, replace(told, apply=apply))
    if came.refused:
        assert set(came.refused) <= {"apply.business_address", "apply.business_name"}
        return
    data, pdf = setting(service, letter, came)
    paper, faults = look(pdf)
    assert not faults, faults[:5]
    if is_backwards(
        text
    ):  # pdfium drops signs beside a mark that is read from the right and stands alone; pdftotext gives them all
        return
    for name in ("business_address", "business_name"):
        assert says(visible(paper), visible(flat(data["apply"][name]))), name


def visible(text: str) -> str:
    """A text without marks and what is drawn as nothing, which readers give back in another order or not at all."""
    return "".join(
        one
        for one in unicodedata.normalize("NFKD", text)
        if unicodedata.category(one) not in ("Cf", "Mn", "Me", "Co", "Cn")
    )
