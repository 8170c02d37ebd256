"""What is typed outside the services' forms is taken whole or refused with its count, and read as it is seen."""

import pytest

from balai.base import intake
from balai.base.errors import Invalid


def test_a_text_too_long_is_refused_with_both_counts_and_one_that_fits_is_whole() -> None:
    with pytest.raises(Invalid) as refused:
        intake.words("x" * 4_213, 4_000, "body")
    assert refused.value.code == "too-long" and "4.213 dari 4.000" in refused.value.message("id")
    assert "4,213 of 4,000" in refused.value.message("en") and "4.213" in refused.value.fields["body"]
    assert intake.words("  satu\r\n" + "x" * 3_990 + " ", 4_000) == "satu\n" + "x" * 3_990


@pytest.mark.parametrize("nothing", ["", " \n", "\u200b", "\u3164 \u00ad", "\ufeff"])
def test_what_shows_nothing_is_nothing(nothing: str) -> None:
    assert (intake.words(nothing, 10), intake.line(nothing, 10), intake.plain(nothing, 10)) == ("", "", "")


def test_marks_left_by_copying_go_and_marks_that_turn_a_text_round_are_refused() -> None:
    assert intake.line("\u200eSiti\u200b  Aminah\ufeff", 40) == "Siti Aminah"
    assert intake.words("क्\u200dष", 40) == "क्\u200dष", "a joiner has a meaning in a text"
    assert intake.plain("\u202a+62 812\u200b-3456\u202c ", 40) == "+62 812-3456"
    for hidden in ("a\u202eb", "a\x00b"):
        with pytest.raises(Invalid, match="not-as-it-reads"):
            intake.words(hidden, 40)
