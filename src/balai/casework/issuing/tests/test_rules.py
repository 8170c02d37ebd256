"""When a letter was seen whole: every page of it, and no other number of pages."""

import pytest

from balai.casework.issuing import rules


@pytest.mark.parametrize(
    ("title", "number", "name"),
    [
        ("Surat Keterangan Usaha", "470/12/LPK/2026", "surat-keterangan-usaha-470-12-LPK-2026.pdf"),
        ("Penolakan: KTP-el", "400.12/0001/DISDUKCAPIL/2026", "penolakan-ktp-el-400-12-0001-DISDUKCAPIL-2026.pdf"),
        ('Izin "mikro"\r\n; x=../é', "1/2/3", "izin-mikro-x-e-1-2-3.pdf"),
        ("老店", "1/2/3", "1-2-3.pdf"),
        ("a" * 300, "1/2", "a" * 80 + "-1-2.pdf"),
    ],
)
def test_a_letters_file_is_named_in_words(title: str, number: str, name: str) -> None:
    assert rules.file_name(title, number) == name


@pytest.mark.parametrize(
    ("drawn", "pages", "seen"),
    [
        ((1,), 1, True),
        ((1,), 2, False),
        ((2,), 2, False),
        ((1, 2), 2, True),
        ((1, 3), 3, False),
        ((), 0, False),
        (tuple(range(1, 61)), 61, True),  # those beyond the sixtieth share one bit
        (tuple(range(1, 60)), 61, False),
    ],
)
def test_a_letter_is_seen_when_each_of_its_pages_was_drawn(drawn: tuple[int, ...], pages: int, seen: bool) -> None:
    assert rules.is_seen(rules.page_bits(drawn), pages) is seen
