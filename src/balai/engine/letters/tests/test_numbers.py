"""Letter numbers: filled as local practice writes them, and never able to collide."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balai.engine import letters
from balai.engine.problems import Problems

STANDARD = "{class}/{seq:04}/{unit}/{year}"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (STANDARD, "500.3/0012/KEL-BUGIS/2026"),
        ("{class}/{seq}/{unit}/{month_roman}/{year}", "500.3/12/KEL-BUGIS/IX/2026"),
        ("R-{seq:02}/{unit}/{class}/{month}/{year}", "R-12/KEL-BUGIS/500.3/09/2026"),
    ],
)
def test_fills_a_template(template: str, expected: str) -> None:
    assert letters.number(template, class_="500.3", seq=12, unit="KEL-BUGIS", at=date(2026, 9, 4)) == expected


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{class}/{seq}/{unit}", "lacks {year}"),
        ("{seq}/{unit}/{year}", "lacks {class}"),
        ("{class}/{seq:x}/{unit}/{year}", "formats {seq}"),
        ("{class}/{seq!r}/{unit}/{year}", "formats {seq}"),
        ("{class}/{seq}/{unit:>9}/{year}", "formats {unit}"),
        ("{class}/{seq}/{unit}/{year}/{name}", "names {name}"),
        ("{class.__init__}/{seq}/{unit}/{year}", "names {class.__init__}"),
        ("{class}{seq}/{unit}/{year}", "nothing before {seq}"),
        ("{class}/{seq}/{unit}/{year", "cannot be read"),
        ("{class}/{seq}/{unit}/{year}\n", "only letters"),
    ],
)
def test_refuses_a_template_and_says_why(template: str, told: str) -> None:
    with pytest.raises(Problems, match=told.replace("{", r"\{").replace("}", r"\}")):
        letters.check_template(template, file="service.yaml", line=3)


def test_tells_all_faults_at_once_with_their_place() -> None:
    with pytest.raises(Problems) as caught:
        letters.check_template("{name}", file="service.yaml", line=3, element="grant")
    assert len(caught.value.problems) == 5
    assert {(problem.file, problem.line, problem.element) for problem in caught.value.problems} == {
        ("service.yaml", 3, "grant")
    }


@given(
    st.sets(
        st.tuples(
            st.sampled_from(["500.3", "400.12"]),
            st.integers(1, 99999),
            st.sampled_from(["A", "B"]),
            st.integers(2025, 2027),
        )
    )
)
def test_two_letters_never_share_a_number(scopes: set[tuple[str, int, str, int]]) -> None:
    numbers = {letters.number(STANDARD, class_=c, seq=s, unit=u, at=date(y, 1, 1)) for c, s, u, y in scopes}
    assert len(numbers) == len(scopes)


def test_refuses_zero() -> None:
    with pytest.raises(ValueError, match="begins at 1"):
        letters.number(STANDARD, class_="1", seq=0, unit="A", at=date(2026, 1, 1))
