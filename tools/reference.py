"""Writes the generated pages of docs/reference (errors, topics, commands) from the program itself; `--check` only compares.

The house test `tests/house/test_docs.py` fails while a page is not what this script would write.
"""

import argparse
import ast
import os
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "balai"
FOLDER = ROOT / "docs" / "reference"
MADE = "<!-- Written by tools/reference.py from the program; edit there, not here. -->\n"
KINDS = {
    "NoToken": 401,
    "NotAllowed": 403,
    "NotFound": 404,
    "Conflict": 409,
    "Invalid": 422,
    "TooMany": 429,
    "Unavailable": 503,
    "wrong": 422,
}


def load() -> None:
    """Load Django and every address, so that each app has registered what it brings."""
    if not os.environ.get("DJANGO_SETTINGS_MODULE"):
        os.environ["DJANGO_SETTINGS_MODULE"] = "balai.project.settings"
        os.environ["BALAI_HOME"] = tempfile.mkdtemp(prefix="balai-reference-")
        sys.path.insert(0, str(ROOT / "src"))
        import django

        django.setup()
    from django.urls import get_resolver

    assert get_resolver().url_patterns


def sources(rooms: bool = True) -> Iterator[tuple[Path, ast.Module]]:
    """Give every source file that is not a test, parsed; those of rooms too, or not."""
    for path in sorted(SOURCE.rglob("*.py")):
        if not {"tests", "migrations"} & set(path.parts) and (rooms or not _in_a_room(path)):
            yield path, _parsed(path)


@lru_cache(maxsize=2000)
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _in_a_room(path: Path) -> bool:
    return path.is_relative_to(SOURCE / "rooms")


# ---- errors ---------------------------------------------------------------------------------------------------------


def raised() -> dict[str, set[int]]:
    """Find each refusal that the code makes by name, with the HTTP status of its kind."""
    found: dict[str, set[int]] = defaultdict(set)
    for path, tree in sources():
        if "engine" in path.parts or "console" in path.parts:
            continue
        if path.name == "adapters.py" and "registries" in path.parts:
            continue  # its Unavailable and NotFound are answers of a registry, not refusals
        constants = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and _name(node.func) in KINDS:
                for code in _codes(node.args[0], constants):
                    found[code].add(KINDS[_name(node.func)])
    return found


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _codes(node: ast.expr, constants: dict[str, object]) -> list[str]:
    if isinstance(node, ast.IfExp):
        return _codes(node.body, constants) + _codes(node.orelse, constants)
    value = (
        node.value if isinstance(node, ast.Constant) else constants.get(node.id) if isinstance(node, ast.Name) else None
    )
    return [value] if isinstance(value, str) else []


def brought() -> dict[str, str]:
    """Tell which refusals rooms bring, and which room: the pages here are the hall's without any."""
    found = {}
    for path in sorted((SOURCE / "rooms").glob("*/errors.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.AugAssign)
                and _name(node.target) == "MESSAGES"
                and isinstance(node.value, ast.Dict)
            ):
                found |= {str(key.value): path.parent.name for key in node.value.keys if isinstance(key, ast.Constant)}
    return found


def errors_page() -> str:
    """Write every refusal: code, HTTP status, both texts."""
    from balai.base import errors
    from balai.doors.api.errors import NoToken

    made = raised()
    for kind in (
        NoToken,
        errors.NotAllowed,
        errors.NotFound,
        errors.Conflict,
        errors.Invalid,
        errors.TooMany,
        errors.Unavailable,
    ):
        made[kind.default_code].add(kind.status)
    lines = [
        "# Errors\n", MADE,
        "Every refusal Balai gives has one of these codes, on a page and in the API (`code`, with the sentence in `detail`). The codes are stable. Words in braces are",
        "filled in. 401 no token that counts (the API) · 403 you may not · 404 it is not there, for you · 409 someone was first · 422 mend what you sent · 429 too often · 503 an outside system is silent.",
        "A code without a status is kept for a refusal that is told in a page without being raised. Wrong answers in a form carry their own words: see *Error codes* in",
        "[the service folder](service-folder.md). The API adds `bad-shape` (422): see [the API](api.md).\n",
        "| code | HTTP | Bahasa Indonesia | English |", "|---|---|---|---|",
    ]  # fmt: skip
    for code, (indonesian, english) in sorted(errors.MESSAGES.items()):
        if code in brought():
            continue
        status = ", ".join(map(str, sorted(made.get(code, ())))) or "–"
        lines.append(f"| `{code}` | {status} | {indonesian} | {english} |")
    return "\n".join(lines) + "\n"


# ---- topics ---------------------------------------------------------------------------------------------------------

_CONSTANT = re.compile(r'^([A-Z_]+) = "([^"]+)"(?:\s*# (.*))?$', re.MULTILINE)


def constants(rooms: bool = True) -> list[tuple[str, str, str, str]]:
    """List each fact that an app names: (file, constant, value, note)."""
    found = []
    for name in ("events.py", "actions.py"):
        for path in sorted(SOURCE.rglob(name)):
            if "tests" not in path.parts and (rooms or not _in_a_room(path)):
                where = path.relative_to(SOURCE).as_posix()
                found += [
                    (where, *match)
                    for match in _CONSTANT.findall(path.read_text(encoding="utf-8"))
                    if name == "events.py" or "." in match[1]
                ]
    return found


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def topics_page() -> str:
    """Write the outbox's topics with their listeners, the regular jobs, and the facts that go to the journal alone."""
    from balai.base import outbox
    from balai.base.sheets import read_sheet
    from balai.casework.cases import operations

    heard, known = outbox.topics(), constants(rooms=False)
    lines = [
        "# Topics\n", MADE,
        "A deed leaves messages in the outbox, in its own transaction; the worker delivers each to its listener at least once. Payloads carry ids only, never",
        "personal data. A *listener* runs inside the worker's transaction, a *courier* outside any. Ideas and limits: [docs/house.md](../house.md).\n",
        "## Messages", "| topic | payload | named in | heard by |", "|---|---|---|---|",
    ]  # fmt: skip
    for where, _, value, note in sorted((each for each in known if "." in each[2]), key=lambda each: each[2]):
        listening = [name for name in heard.get(value, []) if not name.startswith("balai.rooms.")]
        by = ", ".join(f"`{name.removeprefix('balai.')}`" for name in listening) or "nobody yet"
        lines.append(f"| `{value}` | {_cell(note)} | `{where}` | {by} |")
    lines += [
        "",
        "## Regular jobs",
        "The worker calls each; the interval is the least time between two calls of one worker.",
        "",
        "| job | every | what it does |",
        "|---|---|---|",
    ]
    for name, (interval, job) in sorted(outbox._JOBS.items()):
        if name.startswith("balai.rooms."):
            continue
        what = (job.__doc__ or "Link new journal entries into the global chain.").splitlines()[0]
        lines.append(f"| `{name.removeprefix('balai.')}` | {interval} | {what} |")
    lines += [
        "",
        "## Operations of service tasks",
        "What a `service.yaml` may name under `operation` and the worker does; shapes in [the service folder](service-folder.md).",
        "",
    ]
    of_rooms = {
        name
        for sheet in SOURCE.glob("rooms/*/room.yaml")
        for name in read_sheet(sheet.read_bytes()).get("operations", {})
    }
    lines += [f"- `{name}`" for name in operations.names() if name not in of_rooms]
    lines += ["", "## Facts in the journal alone", "| fact | holds | named in |", "|---|---|---|"]
    lines += [f"| `{value}` | {_cell(note)} | `{where}` |" for where, _, value, note in known if "." not in value]
    return "\n".join(lines) + "\n"


# ---- commands -------------------------------------------------------------------------------------------------------


def commands_page() -> str:
    """Write each console command with its arguments."""
    import importlib

    from balai.doors.console.__main__ import names

    lines = [
        "# Commands\n", MADE,
        "`./balai COMMAND [options]`. The launcher makes its own environment on first use and then runs `python -m balai.doors.console`. Commands that work on an",
        "installation take `--home DIR`; without it, `BALAI_HOME`, or `.balai/home` (`demo`: `.balai/demo`). Everything else that differs by installation is in",
        "[the settings](settings.md). Exit code 0 means done, 1 that something is wrong, 2 that the command was given nothing to do or cannot.\n",
    ]  # fmt: skip
    for name in names():
        module = importlib.import_module(f"balai.doors.console.commands.{name.replace('-', '_')}")
        parser = argparse.ArgumentParser(prog=f"balai {name}", add_help=False)
        module.add_arguments(parser)
        lines += [f"## balai {name}", f"{module.HELP[0].upper()}{module.HELP[1:]}.", ""]
        actions = [action for action in parser._actions if action.help != argparse.SUPPRESS]
        if actions:
            lines += ["| argument | |", "|---|---|", *(_argument(action) for action in actions), ""]
    return "\n".join(lines).rstrip() + "\n"


def _argument(action: argparse.Action) -> str:
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
    names = ", ".join(action.option_strings) or str(value)
    if action.option_strings and action.nargs != 0:
        names += f" {value}"
    told = action.help or ""
    default = action.default
    if isinstance(default, int | str) and not isinstance(default, bool) and default != "" and "default" not in told:
        told = f"{told} (default: {default})".strip()
    told += "" if not action.required or not action.option_strings else " (required)"
    return f"| `{names}` | {told.strip()} |".replace("||", "|").replace(names, names.replace("|", "\\|"))


# ---- rooms ----------------------------------------------------------------------------------------------------------


def room_page(name: str) -> str:
    """Write what one room brings; the page lies in its folder and goes with it."""
    from balai.base import errors, outbox, rooms

    room = rooms.get_room(name)
    known = [each for each in constants() if each[0].startswith(f"rooms/{name}/") and "." in each[2]]
    told = {code: errors.MESSAGES[code] for code, owner in brought().items() if owner == name}
    heard = sorted(
        (topic, each.removeprefix(f"{room.package}."))
        for topic, listeners in outbox.topics().items() for each in listeners if each.startswith(f"{room.package}.")
    )  # fmt: skip
    jobs = [
        (each, span, job) for each, (span, job) in sorted(outbox._JOBS.items()) if each.startswith(f"{room.package}.")
    ]
    lines = [f"# {room.title('en')} ({room.title('id')})\n", MADE, str(room.told["purpose"]["en"]), "", "## Addresses"]
    lines += [f"- `/{path}` (`{view}`): {who}" for path, view, who in _addresses(room.package)]
    lines += [
        "",
        "## What it holds about people",
        "| table | what | by UU 27/2022 art. 20(2) | when a person is forgotten |",
        "|---|---|---|---|",
    ]
    for table, what in room.told["holds"].items():
        cells = (
            (what["what"]["en"], f"{what['basis']}, {what['status']}", what["forgotten"])
            if isinstance(what, dict)
            else ("nobody", "–", "–")
        )
        lines.append(f"| {table} | {' | '.join(cells)} |")
    if known or heard or jobs:
        lines += ["", "## Topics and jobs", "| what | |", "|---|---|"]
        lines += [f"| sends `{value}` | {_cell(note)} |" for _, _, value, note in known]
        lines += [f"| hears `{topic}` | `{each}` |" for topic, each in heard]
        lines += [
            f"| every {span} | `{each.removeprefix(room.package + '.')}`: {(job.__doc__ or '').splitlines()[0]} |"
            for each, span, job in jobs
        ]
    if told:
        lines += ["", "## Refusals", "| code | Bahasa Indonesia | English |", "|---|---|---|"]
        lines += [f"| `{code}` | {indonesian} | {english} |" for code, (indonesian, english) in sorted(told.items())]
    return "\n".join(lines) + "\n"


def _addresses(package: str) -> list[tuple[str, str, str]]:
    """List a room's addresses: path, view, who may enter."""
    from django.urls import URLPattern, URLResolver, get_resolver

    from balai.base.pages.guards import who_enters

    found = []
    for each in get_resolver().url_patterns:
        if isinstance(each, URLResolver) and getattr(each.urlconf_module, "__name__", "") == f"{package}.urls":
            found += [
                (str(one.pattern), str(one.name), who_enters(one.callback))
                for one in each.url_patterns if isinstance(one, URLPattern)
            ]  # fmt: skip
    return found


def room_pages() -> dict[Path, str]:
    """Write the page of each room there is, by its place."""
    from balai.base import rooms

    return {room.folder / "README.md": room_page(room.name) for room in rooms.list_rooms()}


# ---- JSON Schemas ---------------------------------------------------------------------------------------------------


def schema_files() -> dict[Path, str]:
    """Write the JSON Schema of each sort of file of each kind of folder, by its place; a room's kind keeps its own."""
    import json

    from balai.records.folders import schemas

    found = {}
    for module, one in schemas.list_schemas():
        room = module.split(".")[2] if module.startswith("balai.rooms.") else ""
        folder = SOURCE / "rooms" / room if room else FOLDER
        found[folder / "schemas" / one.name] = json.dumps(one.schema, indent=1, ensure_ascii=False) + "\n"
    return found


def strange_schemas() -> list[Path]:
    """List schema files that no kind has any more."""
    found = [*FOLDER.glob("schemas/*.json"), *(SOURCE / "rooms").glob("*/schemas/*.json")]
    return sorted(set(found) - set(schema_files()))


PAGES: dict[str, Callable[[], str]] = {"errors.md": errors_page, "topics.md": topics_page, "commands.md": commands_page}


def stale() -> list[str]:
    """List the pages that are not what they would be if written now."""
    load()
    lagging = [
        path.relative_to(ROOT).as_posix()
        for path, text in (*room_pages().items(), *schema_files().items())
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    lagging += [f"{path.relative_to(ROOT).as_posix()} (of no kind)" for path in strange_schemas()]
    return lagging + [
        f"docs/reference/{name}"
        for name, page in PAGES.items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != page()
    ]


def main() -> int:
    """Write the pages, or with --check say which are not up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        old = stale()
        print("\n".join(f"{name} is not up to date: run tools/reference.py" for name in old) or "All up to date.")
        return 1 if old else 0
    load()
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
        print(f"docs/reference/{name}")
    for path in strange_schemas():
        path.unlink()
    for path, text in (*room_pages().items(), *schema_files().items()):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT).as_posix())
    return 0


if __name__ == "__main__":
    sys.exit(main())
