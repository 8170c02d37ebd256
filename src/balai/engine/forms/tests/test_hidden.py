"""What nobody sees in a pasted answer changes nothing where it can mean nothing, and is no answer by itself."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balai.engine.forms import field_readers
from balai.engine.forms.form import Field, JudgingScope

SCOPE = JudgingScope(now=datetime(2026, 11, 30, tzinfo=UTC))
HIDDEN = "\u202a\u202c\u200e\u200f\u200b\u200d\ufeff\u00ad\u2066\u2069\u3164\u115f\u2800"
PASTED = {
    "phone": "+62 812-3456-7890", "nik": "9901014101900001", "date": "17/08/1990", "email": "siti@contoh.example",
    "number": "1.234,5", "integer": "12", "money": "1.500.000", "boolean": "ya", "time": "09:30", "village": "64.72.05.1003",
    "url": "https://contoh.example/a", "date-time": "2026-01-02T03:04",
}  # fmt: skip


def read(kind: str, raw: str) -> object:
    return field_readers.read_value(Field("x", kind, "apply", "x", True), raw, SCOPE, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", PASTED)
@given(data=st.data())
def test_an_answer_is_the_same_with_what_nobody_sees(kind: str, data: st.DataObject) -> None:
    plain = PASTED[kind]
    at, hidden = data.draw(st.integers(0, len(plain))), data.draw(st.text(HIDDEN, min_size=1, max_size=4))
    assert read(kind, plain[:at] + hidden + plain[at:]) == read(kind, plain)


@given(st.text(HIDDEN + " \t\n\u00a0", max_size=6))
def test_an_answer_that_shows_nothing_is_none(raw: str) -> None:
    assert field_readers.is_empty(raw)


@pytest.mark.parametrize("raw", ["👨\u200d👩\u200d👧 Contoh", "می\u200cخواهم", "Kelu\u00adrahan"])
def test_free_words_keep_what_joins_and_parts_their_letters(raw: str) -> None:
    assert read("string", raw) == raw
    assert not field_readers.is_empty(raw)


def test_free_words_that_would_read_otherwise_than_they_are_stay_refused() -> None:
    with pytest.raises(field_readers.WrongValueError, match="control_characters"):
        read("string", "a\u202eb")
