"""JSON is written as `json` writes it, so that no digest changes and nothing is kept that cannot be read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balai.base import canonical

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_it_is_written_as_json_writes_it(value: object) -> None:
    slow = {"ensure_ascii": False, "separators": (",", ":")}
    assert canonical.write(value) == json.dumps(value, **slow)  # type: ignore[arg-type]
    assert canonical.write_canonical(value) == json.dumps(value, sort_keys=True, **slow)  # type: ignore[arg-type]


def test_what_is_no_json_is_refused_and_not_written_as_something_else() -> None:
    with pytest.raises(TypeError, match="set is no JSON"):
        canonical.write({"a": {1}})
    assert canonical.make_writer(default=str)({"a": 1 + 2j}) == '{"a":"(1+2j)"}'


def test_an_interpreter_without_the_c_part_writes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("json.encoder.c_make_encoder", None)
    assert canonical.make_writer(sort_keys=True)({"b": 1, "a": ["é"]}) == '{"a":["é"],"b":1}'
