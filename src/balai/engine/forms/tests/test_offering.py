"""Rows that a registry offers: ticked by number, never by what a page sends, beside rows that somebody wrote."""

from dataclasses import replace

from balai.engine import forms
from balai.engine.manifest.yaml_tree import read_yaml

FORM = forms.form_of(
    "apply",
    read_yaml(
        b"""
schema:
  type: object
  required: [members]
  properties:
    members:
      type: array
      maxItems: 3
      offered: {registry: penduduk, rows: members, shows: [name, nik]}
      items: {type: object, required: [name], properties: {name: {type: string}, nik: {type: string, format: nik}}}
""",
        "form.yaml",
        [],
    ),
)
CHILD, OTHER = (
    {"name": "Ananda Contoh", "nik": "9901011501040003"},
    {"name": "Anggota Contoh", "nik": "9901011501900004"},
)
OFFERS = {"members": [CHILD, OTHER]}
SCOPE = forms.JudgingScope(offers=OFFERS)
WRITTEN = {"name": "Sepupu Contoh"}


def take(post: dict[str, list[str]], answers: dict[str, object] | None = None) -> object:
    return forms.from_post(FORM, FORM.fields.values(), post, answers or {}, OFFERS).get("members")


def test_a_tick_gives_the_row_and_what_was_written_stands_behind_it() -> None:
    post = {"members-offered": ["1"], "members-rows": ["1"], "members-0-name": ["Sepupu Contoh"]}
    assert take(post) == [OTHER, WRITTEN]
    again = {**post, "members-first": ["1"], "members-1-name": ["Sepupu Contoh"]}
    again.pop("members-0-name")
    assert take(again, {"members": [OTHER, WRITTEN]}) == [OTHER, WRITTEN], "a page sent twice says the same"
    assert take({"members-offered": ["7", "-1", "x", "\u0661"]}) is None, "no number that was not offered"
    assert forms.from_post(FORM, FORM.fields.values(), {"members-offered": ["0"]}, {}) == {}, "nothing was offered here"


def test_rows_are_taken_away_by_where_they_stood_on_the_page() -> None:
    shown = {"members-first": ["1"], "members-rows": ["1"], "members-1-name": ["Sepupu Contoh"]}
    for ticks, left in ((["0"], [CHILD]), ([], []), (["0", "1"], [CHILD, OTHER])):  # ticked anew in the same sending
        post = {**shown, "members-offered": ticks, "members-remove-1": ["1"]}
        made = forms.from_post(FORM, FORM.fields.values(), post, {"members": [CHILD, WRITTEN]}, OFFERS)
        assert forms.edit_group(FORM, post, made, OFFERS) == {"members": left}
    post = {**shown, "members-offered": ["0"], "members-remove-0": ["1"]}
    made = forms.from_post(FORM, FORM.fields.values(), post, {"members": [CHILD, WRITTEN]}, OFFERS)
    assert forms.edit_group(FORM, post, made, OFFERS) is None, "what is ticked is unticked, not taken away"


def test_no_more_than_a_row_asks_for_is_taken_over_and_never_twice() -> None:
    told = [{**CHILD, "religion": "x", "nik": CHILD["nik"]}, CHILD, {"religion": "x"}]
    assert forms.fit_offer(FORM.fields["members"], told) == [CHILD]


def test_a_story_that_ticks_is_sent_as_a_browser_ticks() -> None:
    answers = {"members": [CHILD, WRITTEN]}
    assert forms.find_unsent(FORM, answers, SCOPE) == ()
    assert forms.validate(FORM, forms.browse(FORM, answers, SCOPE), SCOPE).answers == answers
    assert forms.validate(FORM, {}, replace(SCOPE, lang="id")).errors[0].code == "too_few"
