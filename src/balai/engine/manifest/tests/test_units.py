"""A step in another unit: what a story says of it comes true, and a unit that the town does not have is told with its place."""

import pytest

from balai.engine import manifest
from balai.engine.manifest.tests import handbook, neighbours
from balai.engine.manifest.tests.weekdays import Weekdays
from balai.engine.problems import Problems


def test_the_handbooks_three_opinions_come_true() -> None:
    service = neighbours.read()
    assert manifest.play_all(service, calendar=Weekdays(), prove=False) == ()
    (story,) = [one for one in service.examples if one.name == "three-opinions"]
    played = manifest.play(service, story, calendar=Weekdays(), prove=False)
    assert played.units == {"ask_health": "dinkes", "ask_district": "parent", "ask_agency": "dlh"}
    assert [(one.name, one.detail) for one in played.log if one.kind == "task"][1:4] == [
        ("ask_health", "in dinkes"), ("ask_district", "in parent"), ("ask_agency", "in dlh"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("ask_agency: dlh} => ask_agency: dinkes}", "Expected units {ask_agency: dinkes}, got dlh"),
        ('ask_district: "2026-03-05" => ask_district: "2026-03-06"', "got 2026-03-05"),
        ("unit: dlh, => unit: dinkes,", '"ask_agency" is a step of the unit dlh, not of dinkes.'),
        ("ask_agency: dlh} => ask_nobody: dlh}", 'There is no step "ask_nobody"'),
        ("units: {ask_health: dinkes, ask_district: parent, ask_agency: dlh} => units: dinkes", "is a mapping"),
    ],
)
def test_a_story_that_says_otherwise_is_told(change: str, words: str) -> None:
    try:
        told = manifest.play_all(neighbours.read(story=change), calendar=Weekdays(), prove=False)
    except Problems as wrong:
        told = tuple(wrong.problems)
    assert [one for one in told if words in one.message and one.line and one.file], [str(one) for one in told]


@pytest.mark.parametrize(
    ("change", "words", "way"),
    [
        ("unit: dinkes => unit: dinkez", "no such unit", 'Did you mean "dinkes"?'),
        ("unit: dinkes => unit: bappeda", "no such unit", "Known here: dinkes, disdukcapil, dlh, parent."),
        (
            'unit: check.agency => unit: \'if check.agency = "x" then "bappeda" else "dlh"\'',
            "no such unit",
            "Known here",
        ),
        ("unit: check.agency => unit: check.result", 'would be done in "complete"', "Known here"),
        ("unit: check.agency => unit: check.agenci", 'There is no "check.agenci"', "agency"),
        ("unit: check.agency => unit: case.submitted_date", "this is a date", "apply.agency"),
        ("unit: check.agency => unit: 'check.'", "", ""),
        ("correct: {role: applicant, => correct: {role: applicant, unit: dinkes,", "sits in no unit", "Remove unit."),
    ],
)
def test_a_unit_that_cannot_be_is_told_with_its_place_and_a_way_out(change: str, words: str, way: str) -> None:
    with pytest.raises(Problems) as wrong:
        neighbours.read(service_yaml=change)
    told = [one for one in wrong.value.problems if one.file.endswith("service.yaml") and one.line]
    assert any(words in one.message and way in one.fix for one in told), [str(one) for one in wrong.value.problems]


def test_the_own_unit_need_not_be_named() -> None:
    own = "handled_by: {unit_kind: kelurahan, area: apply.village} => handled_by: {unit: dinkes}"
    with pytest.raises(Problems) as wrong:
        neighbours.read(service_yaml=own)
    assert [one.fix for one in wrong.value.problems if "anyway" in one.message] == [
        "Remove unit: a step without one is done there."
    ]


def case_with(agency: str, **changes: str) -> manifest.Rehearsal:
    service = neighbours.read(**changes)
    story = service.examples[0]
    case = manifest.Rehearsal(service, Weekdays(), story.now, story.applicant, {"code": "kel-64.72.05.1003"})
    assert not case.submit(story.apply)
    assert not case.do("check", {"result": "complete", "agency": agency}, by="Budi")
    return case


def test_a_unit_that_turns_out_to_be_none_is_never_done_elsewhere() -> None:
    case = case_with("bappeda")
    assert (case.open_steps, case.stuck) == (("ask_health", "ask_district"), {"ask_agency": "unit-unknown"})
    assert next(one.detail for one in case.log if one.kind == "incident") == 'there is no unit "bappeda"'
    assert case_with("kel-64.72.05.1003").open_steps == ("ask_health", "ask_district", "ask_agency")


def test_an_error_event_takes_it_back_to_whoever_can_choose_again() -> None:
    files = neighbours.folder(process_bpmn=f"<!-- caught --> => {neighbours.CAUGHT}")
    files["service.yaml"] = files["service.yaml"].replace(
        b"  ask_health:", b"  ask_again: {role: clerk, form: opinion, due: 1 working-day}\n  ask_health:", 1
    )
    for lang in ("id", "en"):
        path, why = f"texts/{lang}.yaml", "events: {no_unit: {why: Instansi itu tidak ada}}\n"
        text = (
            files[path]
            .decode()
            .replace("  ask_health:", "  ask_again: {title: Tanya lagi, public: Ditanya lagi}\n  ask_health:", 1)
        )
        files[path] = (text + why).encode()
    service = manifest.read_service(files, folder="services/contoh", town=neighbours.TOWN)
    case = manifest.Rehearsal(service, Weekdays(), service.examples[0].now, {"name": "Siti"})
    assert not case.submit(service.examples[0].apply)
    assert not case.do("check", {"result": "complete", "agency": "bappeda"}, by="Budi")
    assert (case.open_steps, case.stuck) == (("ask_health", "ask_district", "ask_again"), {})


def test_every_block_of_the_handbook_is_laid_into_a_file() -> None:
    assert [path for path, _ in handbook.blocks(neighbours.HEADING)] == [
        "service.yaml", "texts/id.yaml", "examples/three-opinions.yaml",
    ]  # fmt: skip


def read_second(old: str = "", new: str = "", drawn: str = "sign_grant") -> manifest.Service:
    files = neighbours.countersigned(old, new, drawn)
    return manifest.read_service(files, folder="services/contoh", town=neighbours.TOWN)


def test_a_letter_of_two_units_is_made_by_the_second_signature() -> None:
    service = read_second()
    assert manifest.play_all(service, calendar=Weekdays(), prove=False) == ()
    (story,) = [one for one in service.examples if one.name == "signed-by-two"]
    log = manifest.play(service, story, calendar=Weekdays(), prove=False).log
    assert [one.detail for one in log if one.kind == "letter"] == ["signed by one, waits for sign_second", ""]


@pytest.mark.parametrize(
    ("old", "new", "drawn", "words", "way"),
    [
        ("countersigns: sign_grant", "countersigns: sign_grand", "sign_grant", "signs no letter", "sign_grant"),
        (
            "countersigns: sign_grant",
            "countersigns: sign_refusal",
            "sign_grant",
            "signs the letter refusal",
            "letter: refusal",
        ),
        (
            "operation: document.sign, letter: grant, ",
            "form: opinion, ",
            "sign_grant",
            "Only a letter",
            "document.sign",
        ),
        ("", "", "sign_refusal", "can be reached before", "behind"),
    ],
)
def test_a_second_signature_that_cannot_follow_the_first_is_told(
    old: str, new: str, drawn: str, words: str, way: str
) -> None:
    with pytest.raises(Problems) as wrong:
        read_second(old, new, drawn)
    told = [one for one in wrong.value.problems if one.file.endswith("service.yaml") and one.line]
    assert any(words in one.message and way in one.fix for one in told), [str(one) for one in wrong.value.problems]


def test_whoever_would_answer_an_objection_is_not_asked_for_an_opinion_unnoticed() -> None:
    told = [one for one in neighbours.read().warnings if "no part in the objection" in one.message]
    assert [(one.element, bool(one.line), "section-head" in one.fix) for one in told] == [
        ("steps.ask_district.unit", True, True)
    ]
