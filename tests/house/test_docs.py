"""Undocumented means red: what the program has, the documents name; what the documents name, exists."""

import ast
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest
from tools import reference

from balai.base.sheets import read_sheet

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
READ_BY_OTHERS = {"CI"}  # variables of the surroundings that are documented as well
NO_SETTING = {"BALAI_"}


def names(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tracked(*patterns: str) -> list[Path]:
    told = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=False)
    if told.returncode:
        pytest.skip("this is no checkout, so what belongs to it is not known")
    return [ROOT / name for name in told.stdout.split("\0") if name and (ROOT / name).is_file()]


# ---- settings -------------------------------------------------------------------------------------------------------


def variables_read() -> set[str]:
    files = [path for path in (ROOT / "src").rglob("*.py") if "__pycache__" not in path.parts]
    files += [*(ROOT / "tests").rglob("*.py"), ROOT / "balai", ROOT / ".ci" / "run"]
    found = {word for path in files for word in re.findall(r"\bBALAI_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8"))}
    # BALAI_OIDC_SERVER, _ID, _NAME … is prose; the names themselves stand in the code below it
    return found - NO_SETTING


def test_every_setting_is_documented_and_every_documented_one_is_read() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`(BALAI_[A-Z_]+)`", page))
    read = variables_read()
    assert read - told == set(), "not in docs/reference/settings.md"
    assert told - read == set(), "in docs/reference/settings.md, but nothing reads it"


def test_an_environment_variable_is_told_as_one() -> None:
    """What settings.py takes from the environment stands in a table with its default."""
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    rows = {
        name
        for line in page.splitlines()
        if line.startswith("|")
        for name in re.findall(r"`(BALAI_[A-Z_]+)`", line.split("|")[1])
    }
    for name in ("settings.py", "settings_identity.py"):
        source = (ROOT / "src/balai/project" / name).read_text(encoding="utf-8")
        taken = set(re.findall(r'environ\.get\(\s*"(BALAI_[A-Z_]+)"', source))
        assert taken, f"{name} takes nothing from the environment any more? Mend this test."
        assert taken - rows == set()


# ---- generated pages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", sorted(reference.PAGES))
def test_a_generated_page_is_up_to_date(page: str) -> None:
    reference.load()
    written = (ROOT / "docs/reference" / page).read_text(encoding="utf-8")
    assert written == reference.PAGES[page](), "run .venv/bin/python tools/reference.py"


def test_each_room_has_its_page_and_the_pages_here_name_none() -> None:
    assert reference.stale() == [], "run .venv/bin/python tools/reference.py"
    for page in reference.PAGES:
        assert "rooms." not in (ROOT / "docs/reference" / page).read_text(encoding="utf-8").replace("rooms retire", "")


def test_every_refusal_that_is_raised_has_its_words() -> None:
    reference.load()
    from balai.base.errors import MESSAGES

    raised = reference.raised()
    assert len(raised) > 40
    assert set(raised) - set(MESSAGES) == set()


def test_every_refusal_has_words_in_both_languages_with_the_same_gaps() -> None:
    reference.load()
    from balai.base.errors import MESSAGES

    for code, (indonesian, english) in MESSAGES.items():
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code)
        assert indonesian.strip()
        assert english.strip()
        assert indonesian != english, code
        assert set(re.findall(r"{(\w+)}", indonesian)) == set(re.findall(r"{(\w+)}", english)), code


def test_every_topic_is_named_with_its_payload() -> None:
    """A deed sends named topics only, and each name says what its payload holds."""
    known = {constant: note for _, constant, value, note in reference.constants() if "." in value}
    assert [constant for constant, note in known.items() if not note] == []
    for path, tree in reference.sources():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and ast.unparse(node.func) == "deed.send"
            ):
                topic = node.args[0]
                name = (
                    topic.attr if isinstance(topic, ast.Attribute) else topic.id if isinstance(topic, ast.Name) else ""
                )
                assert name in known, f"{path}:{node.lineno} sends a topic without a name in events.py"


# ---- commands -------------------------------------------------------------------------------------------------------


def commands() -> set[str]:
    from balai.doors.console.__main__ import names

    return {*names(), "help"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=names)
def test_commands_in_the_documents_exist(path: Path) -> None:
    told = re.findall(r"(?:\./balai|`balai) ([a-z][a-z-]+)", path.read_text(encoding="utf-8"))
    assert set(told) - commands() == set()


def options(command: str) -> set[str]:
    import argparse
    import importlib

    module = importlib.import_module(f"balai.doors.console.commands.{command.replace('-', '_')}")
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    return {option for action in parser._actions for option in action.option_strings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=names)
def test_options_in_the_documents_exist(path: Path) -> None:
    for line in re.findall(r"\./balai ([a-z][a-z-]+[^\n`#]*)", path.read_text(encoding="utf-8")):
        command, *words = line.split()
        if command not in commands() or command == "help":
            continue
        words = words[: words.index("--")] if "--" in words else words
        unknown = {word.split("=")[0].rstrip(",;.)") for word in words if word.startswith("--")} - options(command)
        assert unknown == set(), f"./balai {command}"


def test_the_readme_names_the_everyday_commands() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("demo", "serve", "check", "test", "bench", "new-service", "simulate", "help"):
        assert f"./balai {command}" in page


def test_help_tells_of_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    from balai.doors.console.__main__ import main

    assert main(["help"]) == 0
    told = capsys.readouterr().out
    assert [name for name in commands() - {"help"} if not re.search(rf"^  {name} ", told, re.MULTILINE)] == []


# ---- dependencies ---------------------------------------------------------------------------------------------------


def wanted(name: str) -> set[str]:
    lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
    return {re.split(r"[\[~=<>! ;]", line.strip())[0].lower() for line in lines if line.strip() and line[0] not in "#-"}


def test_every_dependency_has_its_reason() -> None:
    page = (ROOT / "docs/decisions/0009-dependencies.md").read_text(encoding="utf-8")
    runtime, development, installer, anchors = re.split(
        r"^## (?:Development|Installer|Anchors)$", page, flags=re.MULTILINE
    )
    for text, *asked in (
        (runtime, "runtime.in"), (development, "dev.in"), (installer, "installer.in"),
        (anchors, "anchor.in", "anchor-dev.in"),
    ):  # fmt: skip
        rows = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \|$", text, re.MULTILINE))
        assert set(rows) == set().union(*map(wanted, asked)), f"requirements/{asked} and its table differ"
        assert all(reason.strip() for reason in rows.values())


MODULES = {
    "argon2-cffi": "argon2", "django-allauth": "allauth", "django-csp": "csp", "django-ninja": "ninja", "google-re2": "re2",
    "phonenumberslite": "phonenumbers", "pillow": "PIL", "python-dateutil": "dateutil", "pyyaml": "yaml", "zen-engine": "zen",
    "zxing-cpp": "zxingcpp", "spiffworkflow": "SpiffWorkflow", "markdown-it-py": "markdown_it", "pycryptodome": "Crypto",
}  # fmt: skip
BY_NAME = {"argon2-cffi", "psycopg", "tzdata"}  # Django and Python load these themselves
TOOLS = {
    "django-stubs",
    "import-linter",
    "lxml-stubs",
    "mypy",
    "pip-audit",
    "pytest-django",
    "ruff",
    "types-python-dateutil",
    "types-pyyaml",
    "uv",
}


def test_what_is_not_imported_yet_says_so() -> None:
    page = (ROOT / "docs/decisions/0009-dependencies.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \|$", page, re.MULTILINE))
    sources = [path for folder in ("src", "tests") for path in (ROOT / folder).rglob("*.py") if path != Path(__file__)]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    # of each import and of each text that looks like a module: the dotted name, whose every beginning is used
    named = re.findall(r"(?:^|\s)(?:import|from) ([\w.]+)|[\"']([A-Za-z_]\w*(?:\.\w+)*)(?=[.\"'])", code, re.MULTILINE)
    used = {whole[: end.start()] for each in named for whole in each for end in re.finditer(r"\.|$", whole)}
    for name in set(rows) - BY_NAME - TOOLS:
        module = MODULES.get(name, name.replace("-", "_"))
        assert (module in used) != rows[name].startswith("not imported yet"), name


@pytest.mark.parametrize("lock", ["runtime.txt", "dev.txt", "installer.txt", "anchor.txt", "anchor-dev.txt"])
def test_a_lock_has_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|--index-url|--extra-index-url|--find-links|--trusted-host)\b", text, re.MULTILINE)
    pins = re.findall(r"^[a-z0-9][\w.-]*(?:\[[\w,-]+\])?==\S+", text, re.MULTILINE)
    assert len(pins) > {"anchor.txt": 1, "installer.txt": 0}.get(lock, 30)
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(pins)


# ---- links and manners ----------------------------------------------------------------------------------------------

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def headings(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", DOCUMENTS, ids=names)
def test_no_link_leads_nowhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in _LINK.findall(re.sub(r"`[^`\n]*`", "", text)):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, part = unquote(link).partition("#")
        target = (path.parent / place).resolve() if place else path
        assert target.exists(), link
        assert target.is_relative_to(ROOT), f"{link} leaves the repository"
        if part and target.suffix == ".md":
            assert part in headings(target), link


def test_pages_can_be_found() -> None:
    """Every page is reached by links from the README."""
    seen, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in seen:
            continue
        seen.add(page)
        for link in _LINK.findall(page.read_text(encoding="utf-8")):
            target = (page.parent / unquote(link.partition("#")[0])).resolve()
            if target.is_dir():
                ahead += target.glob("*.md")
            elif target.suffix == ".md" and target.is_file():
                ahead.append(target)
    assert [names(path) for path in DOCUMENTS if path.parent != ROOT and path not in seen] == []


def test_no_path_of_a_machine_stands_in_the_repository() -> None:
    rooted = re.compile(rb"(?<![\w.$}/-])/(?:work|root|home/[a-z]|Users/[A-Za-z])[/\w]")
    for path in tracked(
        "*.md", "*.py", "*.yaml", "*.yml", "*.toml", "*.txt", "*.in", "*.typ", "*.html", "*.css", "*.js", "balai"
    ):
        if path != Path(__file__):
            assert not rooted.search(path.read_bytes()), names(path)


def test_pictures_stay_light() -> None:
    pictures = [path for path in (ROOT / "docs").rglob("*") if path.suffix in (".webp", ".png", ".jpg", ".svg")]
    assert pictures
    assert [names(path) for path in pictures if path.stat().st_size > 250_000] == []


def test_publiccode_holds_what_its_standard_asks() -> None:
    """https://yml.publiccode.tools, core 0.4: the mandatory keys, and the limits of the descriptions."""
    told = read_sheet((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    mandatory = {"publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus", "softwareType"}
    mandatory |= {"description", "legal", "maintenance", "localisation"}
    assert mandatory <= set(told)
    assert told["publiccodeYmlVersion"] == "0.4"
    assert told["developmentStatus"] in {"concept", "development", "beta", "stable", "obsolete"}
    assert told["maintenance"]["type"] in {"internal", "contract", "community", "none"}
    assert told["maintenance"]["type"] not in {"internal", "community"} or told["maintenance"]["contacts"]
    for text in told["description"].values():
        assert len(text["shortDescription"]) <= 150
        assert 150 <= len(text["longDescription"]) <= 10_000
        assert text["features"]
        assert len(text.get("genericName", "")) <= 35
    assert told["legal"]["license"] == "EUPL-1.2"
    assert isinstance(told["localisation"]["localisationReady"], bool)
    assert told["localisation"]["availableLanguages"]


def test_the_map_names_files_that_exist() -> None:
    page = (ROOT / "docs/house.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`((?:doors|casework|records|base|engine)/[\w/]+(?:\.py)?)(?:: (\w+)[^`]*)?`", page))
    assert len(told) > 20
    for place, name in told:
        target = ROOT / "src/balai" / place
        assert target.exists(), place
        if name:
            assert re.search(rf"^\s*(?:def|class) {name}\b", target.read_text(encoding="utf-8"), re.MULTILINE), (
                f"{place}: {name}"
            )


# ---- the API --------------------------------------------------------------------------------------------------------


def test_the_api_page_names_every_scope_and_no_path_that_is_not_there() -> None:
    from balai.base import rooms
    from balai.doors.api.tokens import SCOPES
    from balai.doors.api.web import api

    page = (ROOT / "docs/reference/api.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z]+:[a-z]+)` \|", page, re.MULTILINE)) == set(SCOPES)
    described = api.get_openapi_schema()
    paths = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in described["paths"].items()
        for method, one in methods.items()
        if not set(one["tags"]) & set(rooms.names())  # those of rooms go with their rooms, and stand in the OpenAPI
    }
    told = set(re.findall(r"^\| `(GET|POST) ([^`]+)` \|", page, re.MULTILINE))
    assert told == paths
    assert described["openapi"].startswith("3.1")
