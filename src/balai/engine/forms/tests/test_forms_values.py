"""What people type, kind by kind: what is taken and as what, and what is refused with which code."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from balai.engine.forms import CodeRow, CodeTable, Field, FileFacts, JudgingScope, show
from balai.engine.forms.field_readers import WrongValueError, read_value

SCOPE = JudgingScope(
    datetime(2026, 3, 2, 1, 0, tzinfo=UTC),
    tables={
        "village": CodeTable("village", (CodeRow("64.72.01.1001", {"id": "Rawa Makmur"}),)),
        "kbli": CodeTable("kbli", (CodeRow("47111", {"id": "Perdagangan eceran", "en": "Retail"}),)),
    },
)


def read(kind: str, raw: object, files: Mapping[str, FileFacts] | None = None, **limits: object) -> object:
    """Answer the typed value of one answer."""
    return read_value(Field("x", kind, **limits), raw, SCOPE, files)  # type: ignore[arg-type]


def code(kind: str, raw: object, files: Mapping[str, FileFacts] | None = None, **limits: object) -> str:
    """Answer the code with which an answer is refused."""
    with pytest.raises(WrongValueError) as caught:
        read(kind, raw, files, **limits)
    return caught.value.code


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1500000", "1500000"), ("1.500.000", "1500000"), ("1.500.000,50", "1500000.5"), ("1,500,000.50", "1500000.5"),
        ("2,5", "2.5"), ("2.5", "2.5"), ("0.375", "0.375"), ("0,375", "0.375"), ("1.500", "1500"), ("-3", "-3"),
        ("−3", "-3"), ("1 500 000", "1500000"), ("007", "7"), (7, "7"), (2.5, "2.5"),
        (Decimal("1.10"), "1.1"), ("-0", "0"),
        ("1234567890123456789012345678901234", "1234567890123456789012345678901234"),
    ],
)  # fmt: skip
def test_numbers_as_they_are_written(typed: object, meant: str) -> None:
    value = read("number", typed)
    assert isinstance(value, Decimal)
    assert str(value) == meant


@pytest.mark.parametrize(
    "typed", ["abc", "1.50.000", "1,50.000", "--3", "1e9", "٣", True, [], {}, "1.2.3", float("nan"), "½"]
)
def test_what_is_no_number(typed: object) -> None:
    assert code("number", typed) == "not_number"


@pytest.mark.parametrize("typed", [10**40, "1" * 35, Decimal("1e40")])
def test_numbers_beyond_all_sense(typed: object) -> None:
    assert code("number", typed) in ("number_too_large", "not_number")


def test_a_number_too_long_for_python_to_print_is_refused() -> None:
    assert code("number", 10**5000) == "number_too_large"


def test_money() -> None:
    assert read("money", "Rp 1.500.000,00") == 1500000
    assert read("money", "rp1.500.000,-") == 1500000
    assert read("money", "IDR 2000") == 2000
    assert code("money", "1,500") == "number_ambiguous"
    assert code("money", "1,505") == "number_ambiguous"
    assert code("money", "10,5555") == "money_decimals"
    assert code("money", "500", minimum=Decimal(1000)) == "too_small"


def test_whole_numbers() -> None:
    assert read("integer", "1.500") == 1500
    assert code("integer", "2,5") == "not_whole"
    assert code("integer", "501", maximum=Decimal(500)) == "too_large"


@pytest.mark.parametrize(
    "typed",
    [
        "17/08/1945",
        "17-8-1945",
        "17.08.1945",
        "17 08 1945",
        "1945-08-17",
        "17 Agustus 1945",
        "17 agt 1945",
        "17 August 1945",
    ],
)
def test_dates_as_they_are_written(typed: str) -> None:
    assert read("date", typed) == date(1945, 8, 17)


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ("17/08/45", "year_four_digits"), ("31/02/2020", "no_such_date"), ("2020-13-01", "no_such_date"),
        ("kemarin", "not_date"),
        ("08/17/1945", "no_such_date"), (19450817, "not_date"), ("17 Foo 1945", "not_date"), ("٠١/٠٢/٢٠٢٠", "not_date"),
    ],
)  # fmt: skip
def test_what_is_no_date(typed: object, refused: str) -> None:
    assert code("date", typed) == refused


def test_dates_within_limits() -> None:
    assert code("date", "2026-03-03", latest="today") == "too_late"
    assert read("date", "2026-03-02", latest="today") == date(2026, 3, 2)
    assert code("date", "1800-01-01", earliest="1900-01-01") == "too_early"


def test_times() -> None:
    assert read("time", "9:05") == time(9, 5)
    assert read("time", "09.30") == time(9, 30)
    assert code("time", "25:00") == "not_time"
    assert read("date-time", "2026-03-02T09:00+08:00") == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert code("date-time", "0001-01-01T00:00+14:00") == "not_date_time"


def test_texts_are_cleaned_and_hidden_characters_refused() -> None:
    assert read("string", "  Warung\n  Siti ") == "Warung Siti"
    assert read("text", "satu\r\ndua ") == "satu\ndua"
    assert read("string", "e\u0301") == "\u00e9"
    assert code("string", "a\u0000b") == "control_characters"
    assert code("string", "a\u202eb") == "control_characters"
    assert code("string", "\ud800") == "control_characters"
    assert code("string", 5) == "not_text"
    assert code("string", "ab", min_length=3) == "too_short"
    assert code("string", "abcd", max_length=3) == "too_long"
    assert code("string", "x", pattern="^[0-9]+$") == "pattern"


@pytest.mark.parametrize(
    "typed", ["0812 3456 7890", "081234567890", "+62 812-3456-7890", "(0812) 34567890", "6281234567890"]
)
def test_telephone_numbers(typed: str) -> None:
    assert read("phone", typed) == "+6281234567890"


@pytest.mark.parametrize("typed", ["12", "abc", "0812345", "+1", "08123456789012345"])
def test_what_is_no_telephone_number(typed: str) -> None:
    assert code("phone", typed) == "phone"


@pytest.mark.parametrize("typed", ["a@b", "a b@c.id", "a@b..id", ".a@b.id", "a@-b.id", "a@b.id@c.id", "@b.id"])
def test_what_is_no_email(typed: str) -> None:
    assert code("email", typed) == "email"


def test_email_and_url() -> None:
    assert read("email", "Siti.Aminah@Contoh.ID ") == "Siti.Aminah@contoh.id"
    assert read("url", "https://contoh.id/a?b=c") == "https://contoh.id/a?b=c"
    for bad in ("javascript:alert(1)", "contoh.id", "https://", "https://a:b@c.id", "https://[", "https://x.id:99999"):
        assert code("url", bad) == "url"


def test_options_and_tables() -> None:
    assert read("village", "6472011001") == "64.72.01.1001"
    assert code("village", "64.72.01.9999") == "unknown"
    assert read("choice", "47111", source="kbli") == "47111"
    assert code("choice", "1", source="kbli") == "unknown"
    assert code("choice", "c", options=("a", "b")) == "unknown"
    assert read("choices", ["b", "a", "b"], options=("a", "b")) == ["a", "b"]
    assert code("choices", ["c"], options=("a", "b")) == "unknown"
    assert code("choices", [["a"]], options=("a",)) == "unknown"
    assert read("boolean", "ya") is True
    assert code("boolean", []) == "not_yes_no"


def test_files_are_judged_by_what_was_found_not_by_what_was_claimed() -> None:
    files = {"d1": FileFacts("foto.jpg", "image/jpeg", 1000), "d2": FileFacts("a.exe", "application/x-dosexec", 10)}
    kept = {"document": "d1", "name": "foto.jpg", "type": "image/jpeg", "size": 1000}
    assert read("file", {"document": "d1", "name": "x.pdf", "type": "application/pdf"}, files) == kept
    assert code("file", {"document": "d2", "type": "image/jpeg"}, files, accept=("image/jpeg",)) == "file_type"
    assert code("file", "someone-elses", files) == "file_missing"
    assert code("file", "d1", files, max_bytes=999) == "file_too_large"
    assert code("file", "d3", {"d3": FileFacts("x", "image/jpeg", 0)}) == "file_empty"
    assert code("file", "d3", {"d3": FileFacts("x", "image/jpeg", 9, readable=False)}) == "file_unreadable"


def test_numbers_of_identity_are_masked_in_rows_too_where_the_page_asks_for_it() -> None:
    rows = Field("heirs", "group", fields={"name": Field("name", "string"), "nik": Field("nik", "nik", sensitive=True)})
    answer = [{"name": "Joko Contoh", "nik": "9901010202900002"}]
    assert show(rows, answer, {}, "id") == "Joko Contoh, 9901010202900002"
    assert show(rows, answer, {}, "id", masked=True) == "Joko Contoh, 990101******0002"
    assert show(Field("kk", "kk", sensitive=True), "12345", {}, "id", masked=True) == "*****", "short: nothing is told"
