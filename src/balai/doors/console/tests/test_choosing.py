"""`balai test` chooses the tests of what changed, says why, and holds parts and rooms to their time."""

from pathlib import Path

import pytest

from balai.doors.console import choosing, timing
from balai.doors.console.commands import test

REPORT = """<testsuites><testsuite>
<testcase classname="src.balai.casework.cases.tests.test_actions" name="a" time="3.5"/>
<testcase classname="src.balai.casework.cases.tests.test_clock" name="b" time="1.5"/>
<testcase classname="src.balai.rooms.messages.tests.test_messages" name="c" time="50"/>
<testcase classname="tests.house.test_floors" name="d" time="2"/>
</testsuite></testsuites>"""


def chosen(*changed: str) -> set[str]:
    return choosing.choose(list(changed)).tests


def test_a_changed_module_chooses_whoever_imports_it_step_by_step() -> None:
    found = chosen("src/balai/casework/figures/queries.py")
    assert "src/balai/casework/figures/tests/test_figures.py" in found
    assert "src/balai/doors/desk/tests/test_inbox.py" in found  # the desk shows figures, at an address
    assert "src/balai/doors/portal/tests/test_apply.py" not in found
    low = chosen("src/balai/engine/rules/parser.py")
    assert "src/balai/engine/forms/tests/test_forms_judging.py" in low  # forms stand on rules
    assert "src/balai/records/documents/tests/test_sealing.py" not in low
    through_a_helper = chosen("src/balai/doors/console/demo/cast.py")  # tests.cast makes the cast
    assert "src/balai/casework/cases/tests/test_actions.py" in through_a_helper


def test_a_test_chooses_itself_and_a_document_what_reads_documents() -> None:
    assert chosen("src/balai/base/tests/test_sql.py") == {"src/balai/base/tests/test_sql.py"}
    assert chosen("README.md") == {"tests/house/test_docs.py"}


def test_what_is_deployed_chooses_who_walks_it() -> None:
    walks = {
        "tests/journeys/test_deploy_machine.py",
        "tests/journeys/test_deploy_several.py",
        "tests/house/test_container.py",
    }
    assert walks <= chosen("deploy/one-machine/nginx.conf")
    assert "tests/journeys/test_upgrade.py" in chosen("tests/fixtures/home-0.1.0.tar.xz")
    assert "tests/house/test_installer.py" in chosen("tools/audit.py")
    assert "src/balai/base/tests/test_sql.py" not in chosen("deploy/one-machine/balai.service")


def test_words_and_templates_choose_their_app_and_whole_journeys() -> None:
    found = chosen("src/balai/doors/desk/texts/id.yaml")
    assert {"src/balai/doors/desk/tests/test_case.py", "tests/journeys/test_letter.py"} <= found
    assert "src/balai/doors/portal/tests/test_apply.py" not in found
    assert "tests/house/test_docs.py" in found


def test_a_service_chooses_the_tests_that_name_it() -> None:
    found = chosen("services/izin-usaha-mikro/form.yaml")
    assert any("izin-usaha-mikro" in choosing.list_tests()[name] for name in found)
    assert "src/balai/base/tests/test_sql.py" not in found


@pytest.mark.parametrize("name", ["conftest.py", "tests/cast.py", "pyproject.toml", "src/balai/project/settings.py"])
def test_what_all_tests_stand_on_chooses_all(name: str) -> None:
    assert chosen(name) == set(choosing.list_tests())


def test_each_choice_says_why() -> None:
    why = choosing.choose(["src/balai/casework/figures/queries.py"]).why
    assert why[0] == "src/balai/casework/figures/queries.py belongs to src/balai/casework/figures: 1 test file"


def test_nothing_changed_is_said_and_nothing_is_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(choosing, "list_changed", list)
    monkeypatch.setattr(test, "_run_part", lambda *_: pytest.fail("ran"))
    assert run("--changed") == 0
    assert "Nothing changed since main." in capsys.readouterr().out


def test_without_main_nobody_can_tell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(choosing, "_git", lambda *words: [])
    assert run("--changed") == 2
    assert "no main to compare with" in capsys.readouterr().err


def run(*words: str) -> int:
    import argparse

    parser = argparse.ArgumentParser()
    test.add_arguments(parser)
    return test.run(parser.parse_args(words))


def test_times_are_summed_by_folder_and_a_slow_room_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "report.xml").write_text(REPORT, encoding="utf-8")
    times = timing.Times()
    times.read(tmp_path / "report.xml")
    times.read(tmp_path / "none.xml")  # a part that did not come so far
    assert times.folders == {"casework/cases": 5.0, "rooms/messages": 50.0, "tests/house": 2.0}
    assert times.report(whole=True, all=False) == []
    assert "rooms/messages: LATE by 10" in capsys.readouterr().out
    times.folders["rooms/messages"] = 121
    assert times.report(whole=True, all=False) == ["rooms/messages takes 121 s; a room may take 40"]


@pytest.mark.parametrize(
    ("wall", "cpu", "late", "faults"),
    [
        (400, 700, False, 0),  # in its time
        (900, 700, True, 0),  # late, but two cores could have done it: the machine had other work
        (900, 1960, True, 0),  # two cores have 1,310 s of CPU in 655: over the goal, and told
        (900, 1970, True, 1),  # and a half more
    ],
)
def test_only_what_two_cores_cannot_do_in_the_time_is_a_fault(
    wall: float, cpu: float, late: bool, faults: int, capsys: pytest.CaptureFixture[str]
) -> None:
    times = timing.Times()
    times.note("sqlite", wall, cpu)
    assert len(times.report(whole=True, all=False)) == faults
    assert ("LATE" in capsys.readouterr().out) == late
    assert times.report(whole=False, all=False) == []  # a part of the suite has no budget


def test_a_slower_core_is_given_the_more_and_that_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    times = timing.Times(slowness=1.5)
    times.note("sqlite", 900, 1960)
    assert times.report(whole=True, all=False) == []
    assert "1.50 times slower" in capsys.readouterr().out
    times.note("sqlite", 900, 3000)
    assert times.report(whole=True, all=False)[0] == "sqlite used 3000 s of CPU; two cores have 1965"
    assert timing.measure_slowness() >= 1
