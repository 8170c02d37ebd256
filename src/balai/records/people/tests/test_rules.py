"""The shape of a NIK against published vectors, masks, phones and levels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balai.records.people import rules


@pytest.mark.parametrize(
    ("nik", "day", "month", "female"),
    [
        ("3171011708450001", 17, 8, False),
        ("3171015708450001", 17, 8, True),
        ("3171012902001234", 29, 2, False),
        ("6472051205030001", 12, 5, False),
        ("6501010101900001", 1, 1, False),  # Kalimantan Utara, which some libraries do not know
    ],
)
def test_published_vectors(nik: str, day: int, month: int, female: bool) -> None:
    facts = rules.read_nik(nik)
    assert facts is not None
    assert (facts.day, facts.month, facts.female, facts.district) == (day, month, female, nik[:6])


@pytest.mark.parametrize(
    "nik",
    [
        "",
        "317101170845000",
        "31710117084500011",
        "317101170845000A",
        "0000000000000000",
        "3171013208450001",  # day 32
        "3171018108450001",  # day 81: not a woman's
        "3171010008450001",
        "3171014008450001",
        "3171013113450001",  # month 13
        "3171013004450000",  # serial 0000
        "3171013104450001",  # 31 April
        "3171012902010001",  # 29 February 2001 or 1901
        "³171011708450001",  # digits of other scripts
        "３１７１０１１７０８４５０００１",
    ],
)
def test_what_cannot_be_a_nik(nik: str) -> None:
    assert rules.read_nik(nik) is None


def test_masks() -> None:
    assert rules.mask_nik("6472051205030001") == "647205******0001"
    assert rules.mask_name("Siti  Aminah") == "S*** A***"
    assert rules.mask_contact("siti@example.test") == "s***@example.test"
    assert rules.mask_contact("+6281234567890") == "+62***890"


@given(st.text(max_size=60))
def test_a_masked_name_tells_at_most_first_letters(name: str) -> None:
    masked = rules.mask_name(name)
    assert masked.replace("*", "").replace(" ", "") == "".join(word[0] for word in name.split()).replace("*", "")


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("0812 3456 7890", "+6281234567890"),
        ("+62 812-3456-7890", "+6281234567890"),
        ("62812 3456 7890", "+6281234567890"),
        ("+60 12-345 6789", "+60123456789"),
        ("halo", None),
        ("12", None),
        ("", None),
    ],
)
def test_phones_have_one_form(text: str, normal: str | None) -> None:
    assert rules.normalise_phone(text) == normal


@given(
    st.builds(
        rules.Identity,
        name=st.text(max_size=40),
        nik=st.text(max_size=16),
        birth_date=st.none() | st.dates(),
        address=st.text(max_size=80),
        email=st.text(max_size=20),
    )
)
def test_an_identity_survives_sealing(identity: rules.Identity) -> None:
    assert rules.Identity.from_bytes(identity.to_bytes()) == identity


def test_levels_are_ordered() -> None:
    order = ["none", "contact", "seen", "national"]
    for low, level in enumerate(order):
        assert [rules.reaches(level, wanted) for wanted in order] == [high <= low for high in range(4)]
    assert rules.higher("seen", "contact") == "seen"
