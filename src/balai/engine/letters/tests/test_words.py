"""Numbers, amounts and days in words: known values, an independent reader of number words, and the letter's own against expressions'."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balai.engine import forms
from balai.engine.letters import render
from balai.engine.rules import compile_expression

ROOT = Path(__file__).parents[5]
KNOWN = [
    ("0", "nol"), ("1", "satu"), ("10", "sepuluh"), ("11", "sebelas"), ("12", "dua belas"), ("19", "sembilan belas"),
    ("20", "dua puluh"), ("21", "dua puluh satu"), ("100", "seratus"), ("101", "seratus satu"), ("111", "seratus sebelas"),
    ("200", "dua ratus"), ("999", "sembilan ratus sembilan puluh sembilan"), ("1000", "seribu"), ("1100", "seribu seratus"),
    ("2000", "dua ribu"), ("11000", "sebelas ribu"), ("100000", "seratus ribu"), ("1000000", "satu juta"),
    ("1001000", "satu juta seribu"), ("1250000", "satu juta dua ratus lima puluh ribu"), ("1000000000", "satu miliar"),
    ("1000000000000", "satu triliun"),
    ("999999999999999", "sembilan ratus sembilan puluh sembilan triliun sembilan ratus sembilan puluh sembilan miliar sembilan ratus"
     " sembilan puluh sembilan juta sembilan ratus sembilan puluh sembilan ribu sembilan ratus sembilan puluh sembilan"),
    ("-5", "minus lima"), ("-0", "nol"), ("12.05", "dua belas koma nol lima"), ("0.50", "nol koma lima"), ("-1000.25", "minus seribu koma dua lima"),
]  # fmt: skip
_UNITS = dict(zip("nol satu dua tiga empat lima enam tujuh delapan sembilan".split(), range(10), strict=True))  # noqa: SIM905
_SCALES = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12}


def read_words(words: str) -> Decimal:
    """Read Indonesian number words, written apart from what writes them."""
    sign, rest = (-1, words[6:]) if words.startswith("minus ") else (1, words)
    whole, _, behind = rest.partition(" koma ")
    total = group = last = 0
    for word in whole.split():
        if word in _UNITS:
            last = _UNITS[word]
            group += last
        elif word in ("belas", "puluh", "ratus"):
            group += {"belas": 10, "puluh": 9 * last, "ratus": 99 * last}[word]
        elif word in ("sepuluh", "sebelas", "seratus", "seribu"):
            group += {"sepuluh": 10, "sebelas": 11, "seratus": 100, "seribu": 0}[word]
            if word == "seribu":
                assert group == 0
                total += 1000
        else:
            total += group * _SCALES[word]
            group = 0
    digits = "".join(str(_UNITS[word]) for word in behind.split())
    return sign * Decimal(f"{total + group}.{digits or '0'}")


@pytest.mark.parametrize(("value", "words"), KNOWN)
def test_known_numbers(value: str, words: str) -> None:
    assert forms.spell_number(value) == words


@settings(deadline=None, max_examples=300)
@given(
    st.decimals(min_value=-(10**15) + 1, max_value=10**15 - 1, places=4, allow_nan=False) | st.integers(0, 2_000_000)
)
def test_an_independent_reader_gets_every_number_back(value: Decimal | int) -> None:
    assert read_words(forms.spell_number(value)) == Decimal(value)


@pytest.mark.parametrize("value", [10**15, "satu", None, True, Decimal("NaN"), "", "1e3x"])
def test_what_is_no_such_number_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"needed|spelled"):
        forms.spell_number(value)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("town.rupiah(1250000)", "Rp1.250.000"),
        ("town.rupiah(-12.5)", "-Rp12,50"),
        ("town.angka(1500000.5)", "1.500.000,5"),
        ('town.terbilang(1250000) + " rupiah"', "satu juta dua ratus lima puluh ribu rupiah"),
        ('town.tanggal(date("2026-03-02"))', "2 Maret 2026"),
        ('town.hari(date("2026-03-02"))', "Senin"),
        ('town.tanggal_terbilang(date("2026-03-02"))', "tanggal dua bulan Maret tahun dua ribu dua puluh enam"),
        ('town.nik("6472054101900001")', "6472 0541 0190 0001"),
        ("town.romawi(1994)", "MCMXCIV"),
        ('town.romawi(date("2026-12-01"))', "XII"),
        ("town.tingkat(3)", "ketiga"),
        ('town.rupiah("banyak")', None),
        ("town.terbilang(null)", None),
        ("town.romawi(4000)", None),
        ('town.nik("123")', None),
    ],
)
def test_what_expressions_write(expression: str, words: str | None) -> None:
    assert compile_expression(expression).evaluate({"town": forms.word_functions()}) == words


def test_a_date_is_written_in_its_language() -> None:
    assert compile_expression('town.tanggal(date("2026-03-02")) + town.hari(date("2026-03-02"))').evaluate(
        {"town": forms.word_functions("en")}
    ) == "2 March 2026Monday"  # fmt: skip


def test_a_letter_writes_what_an_expression_writes() -> None:
    """One document asks every helper of the town's letter about many values; what it prints is what Python writes."""
    numbers = [value for value, _ in KNOWN] + [str(7919 * 10**at + at) for at in range(1, 11)] + ["-1234567.89", "0.05"]
    days = [date(2026, 3, 2), date(2024, 2, 29), date(1945, 8, 17), date(2026, 12, 31), date(2000, 1, 1)]
    whole = [1, 4, 9, 12, 40, 90, 400, 1994, 3999]
    wanted = [
        *(line for one in numbers for line in (forms.spell_number(one), forms.format_rupiah(one), forms.format_rupiah(one, "en"))),
        *(line for one in days for line in (forms.name_day(one), forms.name_day(one, "en"), forms.spell_date(one), forms.format_date(one, "id"))),
        *(line for one in whole for line in (forms.roman(one), forms.ordinal(one))),
        forms.group_nik("6472054101900001"),
    ]  # fmt: skip
    said = pypdfium2.PdfDocument(
        render(SOURCES | {"letters/x.typ": ASKED}, "x", {"numbers": numbers, "days": days, "whole": whole}, qr_svg=None, created_at=datetime(2026, 1, 1, tzinfo=UTC))
    )  # fmt: skip
    lines = "".join(page.get_textpage().get_text_range() for page in said).split("|")
    # a reader of pages sets spaces where it sees gaps: words are held against each other without any
    assert ["".join(line.split()) for line in lines[:-1]] == ["".join(line.split()) for line in wanted]


SOURCES = {f"town/{name}": (ROOT / "town" / name).read_bytes() for name in ("words.typ", "dates.typ")}
ASKED = b"""#import "/town/words.typ": *
#set document(title: "x")
#set text(lang: "id", hyphenate: false)
#let data = json("/data.json")
#let all = ()
#for one in data.numbers { all += (terbilang(one), rupiah(one), rupiah(one, lang: "en")) }
#for one in data.days { all += (hari(one), hari(one, lang: "en"), tanggal-terbilang(one), tanggal(one)) }
#for one in data.whole { all += (romawi(one), tingkat(one)) }
#(all + (nik("6472054101900001"), "")).join("|")
"""
