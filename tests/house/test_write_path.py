"""One write path: who may open a deed, a transaction, a clock; where the tables may be touched."""

import ast
import re
from pathlib import Path

import pytest
from tests.house.source import ABOVE_THE_CLOCK, APPS, FLOORS, SOURCE, calls, dotted, modules, name_of, nodes, tree

from balai.base import marks

# Only these open a transaction, each for a reason of its own.
TRANSACTIONS = {
    "base/journal.py": "the deed itself",
    "base/access_log.py": "the access row, the security log",
    "base/sequencer.py": "gives entries their places in the log, and syncs before they are published",
    "base/outbox.py": "lease, effect with acknowledgement, putting back",
    "base/owed.py": "a dead message put back to waiting",
    "base/marks.py": "what Django or allauth saves, and its mark, are one",
    "base/erasures.py": "a restored backup forgets again before it opens",
    "casework/notices/listeners.py": "a courier's failure is written down although its message is put back",
    "records/people/adapters.py": "allauth saves an account and its person together",
    "doors/console/bench/recording.py": "measures the statements of a deed",
    "doors/console/bench/volume.py": "fills a database for measuring",
}
# Only these delete rows outside a deed of some actions, each for a reason of its own.
DELETIONS = {
    "base/outbox.py": "a failure that is over",
    "base/marks.py": "marks what an action deletes as gone",
    "base/post.py": "mail that ran out long ago",
    "base/prints.py": "of what was sent long ago nothing is told any more",
    "base/throttle.py": "counts whose window has ended",
    "doors/console/bench/lifecycles.py": "measures",
}
# Jobs that do one thing and find no items, so that there is nothing to keep apart; that one fails is kept by the worker.
WHOLE_JOBS = {
    "base/erasures.py: write_register": "appends to one file",
    "base/journal.py: link_new_rows": "one log, in order",
    "base/journal.py: seal_new_entries": "one log, in order",
    "base/marks.py: adopt": "each table once, in a deed of its own",
    "base/logkeeping.py: send_checkpoint": "one checkpoint, one deed",
    "base/sequencer.py: drop_partial_tiles": "takes away files that nobody needs any more",
    "casework/legal/jobs.py: tell_of_reviews": "one deed for all that fall due, and one message to each officer",
    "records/outages/jobs.py: give_pulse": "one statement",
    "records/outages/jobs.py: write_status": "writes a few files",
    "records/outages/jobs.py: keep_mark": "writes one file",
    "base/outbox.py: follow_clock": "one statement",
    "base/outbox.py: give_up_unheard": "one statement each",
    "base/post.py: drop_expired": "one statement each",
    "base/prints.py: forget_sent": "one statement",
    "base/throttle.py: forget_counts": "one statement each",
    "base/watch.py: look": "each check falls over by itself, and one file is written",
    "casework/notices/listeners.py: tell_administrators": "one mail that gathers",
}
# Below the doors only what Django or allauth calls by itself, with no door between, reads the clock.
CLOCKS = {
    "base/pages/refusals.py",  # middleware, which Django calls when a view let a refusal through
    "records/people/adapters.py", "records/people/listeners.py", "records/people/web.py",
    "records/people/forms.py", "records/people/sessions.py",
    "records/entrance/officers.py", "records/entrance/visitors.py", "records/entrance/machines.py",  # the clock is read once, where somebody comes in
}  # fmt: skip
CLOCK = re.compile(
    r"(^|\.)(timezone\.now|timezone\.localdate|datetime\.now|datetime\.utcnow|datetime\.today|date\.today|time\.time)$"
)
_DELETION = re.compile(r"\bDELETE\s+FROM\b|\bTRUNCATE\s", re.IGNORECASE)
FORBIDDEN_NAMES = {"services", "utils", "util", "helpers", "helper", "common", "manager", "managers", "misc", "signals"}


def test_only_actions_open_deeds() -> None:
    openers = {name_of(path) for path in modules() if deeds(path)}
    outside = {name for name in openers if "actions" not in Path(name).with_suffix("").parts} - {
        "base/journal.py",
        "base/commands.py",
    }
    # The API's tokens are the door's own table; the module is its actions and queries in one. A room is retired by the ground.
    # What a story notes of itself is the ground's too, and so are the keys of the town and of its log, and what vouches for the logs
    # of readings, and marks rows that are older than their marks. The bench measures deeds.
    assert outside == {
        "doors/api/tokens.py", "base/retiring.py", "base/stories.py", "base/keys.py", "base/logkeeping.py", "base/linking.py",
        "base/marks.py", "base/anchors/keeping.py",
        "doors/console/bench/tlog.py",
    }  # fmt: skip


def deeds(path: Path) -> set[str]:
    """List the calls that open a deed: `journal.deed(…)`, `once()` of a command, or `deed(…)` imported from the journal."""
    brought = {
        each.name
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and node.module in ("balai.base.journal", "balai.base.commands")
        for each in node.names
    } & {"deed", "once"}
    return {name for name in set(calls(path)) if name == "journal.deed" or name in brought}


# What opens a deed by itself and asks nothing of a repetition, each for a reason of its own.
UNASKED = {
    "records/outages/actions.py: note_spread": "the statement does the same however often",
    "casework/readings/actions.py: move_on": "the statement only ever goes on",
    "casework/notices/actions/carrying.py: send_digest": "by the moment it is sent, and only what waits",
    "casework/notices/actions/alerts.py: tell_administrators": "the same",
    "rooms/counterdays/actions.py: to_form": "by the moment it is done; the row's state decides",
    "rooms/counterdays/actions.py: _keep": "the row of its id says what was kept on the first day",
}  # fmt: skip


def deaf(module: ast.Module) -> list[str]:
    """Name the functions that open a deed and never ask whether it was carried out before.

    Where a helper opens it for others (`with _deciding(…) as deed`), they ask; a deed under an id drawn here is never repeated.
    """
    return [
        each.name
        for each in ast.walk(module)
        if isinstance(each, ast.FunctionDef) and not any(dotted(deco.func if isinstance(deco, ast.Call) else deco) == "contextmanager" for deco in each.decorator_list)
        for within in ast.walk(each)
        if isinstance(within, ast.With)
        and any(isinstance(one.context_expr, ast.Call) and dotted(one.context_expr.func) == "journal.deed"
                and ast.unparse(one.context_expr.args[0]) != "uuid4()" for one in within.items)
        and ".repeated" not in ast.unparse(each)
    ]  # fmt: skip


def test_whoever_opens_a_deed_asks_whether_it_was_carried_out_before() -> None:
    """A repetition that is not asked for changes rows and enters nothing; what is opened by `once` never gets that far."""
    found = {f"{name_of(path)}: {name}" for _, path in PARTS for name in deaf(tree(path))}
    assert found - set(UNASKED) == set(), "let it be a @command, or ask `deed.repeated`"
    there = {one for one in UNASKED if (SOURCE / one.partition(":")[0]).is_file()}  # a room's folder may be gone
    assert there - found == set(), "take off the list what asks by now"


# What of the five apps on the path of a case asks by itself instead of being a @command, and why: decision 0017.
_STANDING, _DERIVED = (
    "a row is looked at before it is known whether they may be answered",
    "its id is of a row and a moment",
)
ASKING = {
    "casework/cases/actions/moves.py: act": "the step path, and standing is judged on the locked row",
    "casework/cases/actions/submission.py: submit": "the step path, and a mandate is judged of a repetition too",
    "casework/cases/actions/drafts.py: save_draft": "its files are stored anew each time, and `merge` has no lasting form",
    "casework/cases/actions/undo.py: take_back": _STANDING,
    "casework/cases/actions/migration.py: migrate_case": "its answer is the plan as the case stands",
    "casework/cases/actions/clock.py: remind": _DERIVED,
    "casework/cases/actions/clock.py: tell_overdue": _DERIVED,
    "casework/cases/actions/clock.py: deem": _DERIVED,
    "casework/cases/actions/silence.py: escalate": _DERIVED,
    "casework/cases/actions/extension.py: give_back": _DERIVED,
    "casework/cases/actions/extension.py: extend_drafts": _DERIVED,
    "casework/issuing/actions.py: revoke": _STANDING,
    "casework/issuing/actions.py: deliver": _STANDING,
    "casework/issuing/actions.py: withdraw_signer": "its id is of the person and the certificate, so it goes on where it stopped",
    "casework/issuing/actions.py: enter_later": "its id is of the letter",
    "casework/issuing/actions.py: note_all_entered": "its id is a fixed one",
    "records/offices/actions.py: set_deputy": _STANDING,
    "records/offices/actions.py: end_appointment": _STANDING,
}  # fmt: skip
_TURNED = ("casework/archive/", "casework/issuing/", "casework/catalogue/", "casework/cases/", "records/offices/")


def test_what_asks_by_itself_whether_it_was_carried_out_says_why() -> None:
    """All else of these apps is a @command, with everything it is given in its digest."""
    found = {
        f"{name_of(path)}: {each.name}"
        for path in modules()
        if name_of(path).startswith(_TURNED)
        for each in ast.walk(tree(path))
        if isinstance(each, ast.FunctionDef) and "deed.repeated" in ast.unparse(each)
    }
    assert found == set(ASKING), "let it be a @command (base/commands.py), or say why not"


def test_a_deed_that_asks_nothing_is_seen() -> None:
    opened = "def do():\n with journal.deed(command_id, now=now) as deed:\n  "
    assert deaf(ast.parse(f"{opened}change()")) == ["do"]
    assert deaf(ast.parse(f"{opened}if deed.repeated: return\n  change()")) == []
    assert deaf(ast.parse("def do():\n with once() as deed: change()")) == []


def test_what_is_marked_is_saved_by_managers_that_mark() -> None:
    """Ours, and those of the accounts library: by whichever manager Django or allauth saves, a mark is left."""
    kept = marks.list_kept()
    assert len(kept) > 15, "those of the core alone"
    for model in kept:
        for manager in (model._base_manager, model._default_manager, *model._meta.managers):
            assert isinstance(manager.all(), marks.MarkedRows), (model, manager)


def test_only_the_ground_opens_transactions() -> None:
    openers = {name_of(path) for path in modules() if any(name.endswith("atomic") for name in calls(path))}
    assert openers == set(TRANSACTIONS)


def deletes(module: ast.AST) -> bool:
    """Tell whether some code deletes rows: by a statement, or by what the ORM calls so."""
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _DELETION.search(node.value):
            return True
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in ("delete", "adelete", "_raw_delete"):
            return True
    return False


def test_nothing_is_deleted_outside_a_deed() -> None:
    found = {name_of(path) for path in modules() if deletes(tree(path))}
    outside = {name for name in found if "actions" not in Path(name).with_suffix("").parts}
    assert outside - set(DELETIONS) == set(), "let an action do it"
    assert set(DELETIONS) - outside == set(), "take what deletes nothing any more off the list"


@pytest.mark.parametrize(
    "code",
    [
        'sql.execute("DELETE FROM cases_timer WHERE id = %s", [1])', 'sql.execute(f"""\n  delete  from {table}""")',
        "Timer.objects.filter(id=1).delete()", "timer.delete()", 'cursor.execute("TRUNCATE cases_timer")',
    ],
)  # fmt: skip
def test_a_deletion_is_recognised(code: str) -> None:
    assert deletes(ast.parse(code))
    assert not deletes(ast.parse('"""Delete nothing."""\nhow = request.method == "DELETE"'))


def jobs(module: ast.Module) -> dict[str, bool]:
    """List the jobs a module registers, and whether each goes through its items one by one."""
    return {
        node.name: any(isinstance(part, ast.Call) and dotted(part.func) in ("outbox.each", "each") for part in ast.walk(node))
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef)
        if any(isinstance(each, ast.Call) and dotted(each.func) in ("outbox.every", "every") for each in node.decorator_list)
    }  # fmt: skip


def test_every_job_keeps_its_items_apart_or_has_none() -> None:
    found = {f"{name_of(path)}: {name}": apart for path in modules() for name, apart in jobs(tree(path)).items()}
    assert len(found) > 10
    assert {name for name, apart in found.items() if not apart} == set(WHOLE_JOBS)
    import balai.base.outbox as outbox

    registered = {
        f"{name.removeprefix('balai.').rpartition('.')[0].replace('.', '/')}.py: {name.rpartition('.')[2]}"
        for name in outbox._JOBS
    }
    assert registered <= set(found), "registered in a way this test does not see"


def test_a_job_that_takes_its_items_in_one_go_is_seen() -> None:
    assert jobs(ast.parse("@outbox.every(x)\ndef a(now): return sum(do(i) for i in find())")) == {"a": False}
    assert jobs(ast.parse("@every(x)\ndef b(now): return each('b', find, do, now=now)")) == {"b": True}


def test_nothing_below_the_doors_reads_the_clock() -> None:
    found = {
        name_of(path)
        for floor in set(FLOORS) - set(ABOVE_THE_CLOCK)
        for path in modules(floor)
        if any(CLOCK.search(name) for name in calls(path))
    }
    assert found - CLOCKS == set()
    assert CLOCKS - found == set(), "take what reads the clock no more off the list"


def test_the_clock_is_recognised() -> None:
    assert all(CLOCK.search(name) for name in ("timezone.now", "datetime.datetime.now", "date.today", "time.time"))
    assert not CLOCK.search("message.now")


def views() -> list[Path]:
    """List the modules that answer requests."""
    return [path for path in modules() if path.name == "web.py" or "web" in path.parts]


def test_views_touch_no_tables() -> None:
    # The demonstration's entrance signs an account in; it is no part of a hall that serves.
    allowed = {"doors/console/demo/web.py"}
    found = {
        name_of(path)
        for path in views()
        if touches_tables(path) or set(writes(tree(path))) - {"request.session.save", "form.save"}
    }
    assert found <= allowed, found - allowed


def touches_tables(path: Path) -> bool:
    """Tell whether a module uses the ORM or plain statements."""
    return any(".objects." in f"{name}." or name.startswith(("sql.", "connection.")) for name in calls(path))


# Inside an app tables are read by queries and policy, listed for their person by holdings, and written by actions; what else
# touches them says why.
TOUCHES = {
    "casework/cases/desks.py": "reads inboxes and what nobody can do, for queries",
    "casework/cases/undoing.py": "reads what an officer may still take back, for queries",
    "casework/cases/worklist.py": "reads every list of work, for queries",
    "casework/cases/history.py": "reads past what a forgotten case still shows an operator",
    "casework/cases/own.py": "reads what a citizen's own first pages ask, for queries",
    "casework/cases/proofs.py": "holds every case against its journal",
    "casework/cases/extensions.py": "reads whose time an outage gives back, for queries",
    "casework/issuing/logged.py": "reads which letters the public log proves, for queries",
    "casework/cases/sketches.py": "reads what lies beside a case for its officers, for queries",
    "casework/cases/standings.py": "reads what a case's mark covers, for rows, proofs and actions alike",
    "casework/cases/lots.py": "reads drawn numbers, for queries",
    "casework/cases/rows.py": "reads a case's row and opens it, for queries and actions alike",
    "casework/issuing/flow.py": "looks which letters wait, between two transactions",
    "casework/issuing/proving.py": "finds when the log began, beside what the log itself says",
    "records/documents/jobs.py": "looks for stored bytes without a row",
    "records/documents/scanning.py": "reads where the scanner stands",
    "records/registries/adapters.py": "the synthetic registry is a table",
}
# Of these, only some also write outside an action.
WRITES = {"records/people/adapters.py"}
# Actions that write without a deed of their own or their caller's.
BARE = {
    "casework/notices/actions/carrying.py: settle_sent": "what a carrier said, in the transaction that acknowledges",
    "casework/notices/actions/carrying.py: settle_failed": "the same",
    "records/people/actions/setup.py: issue_setup_token": "before there is anybody to act",
    "records/outages/actions.py: give_pulse": "a sign of life, once a minute, that nothing but the next start reads",
    "records/people/actions/rows.py: reseal": "a row of an action that has the deed",
}
ORM_WRITES = {"create", "bulk_create", "bulk_update", "update", "delete", "get_or_create", "update_or_create"}
STATEMENT = re.compile(r"""^f?["'\s]*(INSERT|UPDATE|DELETE)\b""")


def writes(part: ast.AST) -> list[str]:
    """List the calls in a piece of source that change a table: plain statements, the ORM's verbs, a row saved."""
    found = []
    for node in ast.walk(part):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        verb = node.func.attr if isinstance(node.func, ast.Attribute) else name
        plain = name.endswith(".execute") and node.args and STATEMENT.match(ast.unparse(node.args[0]))
        orm = verb in ORM_WRITES and ".objects" in ast.unparse(node.func)
        saved = verb == "save" and not node.args
        if name == "sql.insert" or plain or orm or saved:
            found.append(name or verb)
    return found


def touching(found: list[tuple[str, Path]]) -> set[str]:
    """Name the modules that touch tables and are none of those that may: (part of the app, file)."""
    return {
        name_of(path)
        for part, path in found
        if part not in ("actions", "queries", "policy", "models", "holdings") and touches_tables(path)
    }


def writing(found: list[tuple[str, Path]]) -> set[str]:
    """Name the modules that change a table and are no actions."""
    return {name_of(path) for part, path in found if part != "actions" and writes(tree(path))}


def bare(found: list[tuple[str, Path]]) -> set[str]:
    """Name the public actions that change a table with no deed in sight: none opened, none handed in, none named."""
    return {
        f"{name_of(path)}: {each.name}"
        for part, path in found if part == "actions"
        for each in tree(path).body
        if isinstance(each, ast.FunctionDef) and not each.name.startswith("_") and writes(each)
        and not re.search(r" as deed:|journal\.deed\(|with once\(\)", ast.unparse(each)) and "deed" not in {one.arg for one in each.args.args}
        and "part of" not in (ast.get_docstring(each) or "").lower()
    }  # fmt: skip


PARTS = [
    (path.relative_to(app).parts[0].removesuffix(".py"), path)
    for app in APPS for path in modules(*app.relative_to(SOURCE).parts)
]  # fmt: skip


def test_tables_are_touched_by_actions_queries_and_policy_alone() -> None:
    assert touching(PARTS) == set(TOUCHES)


def test_only_actions_change_tables() -> None:
    assert writing(PARTS) == WRITES


def test_an_action_that_changes_a_table_is_a_deed() -> None:
    assert bare(PARTS) == set(BARE)


HANDED = (
    "command_id",
    "message_id",
    "actor",
    "now",
)  # what each action is handed, in this order, before what it is about
# Signatures that say otherwise, each for a reason of its own.
UNORDERED = {
    "casework/catalogue/actions.py: publish": "its command's id may be left out",
    "records/folders/actions.py: publish": "the same",
    "records/folders/actions.py: withdraw": "the same",
    "records/people/actions/persons.py: prepare_person": "makes rows for one that has the deed",
}  # fmt: skip


def disordered(module: ast.Module) -> list[str]:
    """Name the public functions that take by keyword what each action is handed, but not first or in another order."""
    found = []
    for each in module.body:
        if isinstance(each, ast.FunctionDef) and not each.name.startswith("_"):
            taken = [one.arg for one in each.args.kwonlyargs]
            handed = [name for name in HANDED if name in taken]
            if taken[: len(handed)] != handed:
                found.append(each.name)
    return found


def test_actions_are_handed_the_same_in_the_same_order() -> None:
    found = {f"{name_of(path)}: {name}" for part, path in PARTS if part == "actions" for name in disordered(tree(path))}
    assert found - set(UNORDERED) == set(), "command_id, actor, now, then what it is about"
    assert set(UNORDERED) - found == set(), "take off the list what is in order by now"


def test_another_order_is_seen() -> None:
    assert disordered(ast.parse("def do(*, actor, command_id, now, what): ...")) == ["do"]
    assert disordered(ast.parse("def do(*, what, actor, now): ...")) == ["do"]
    assert (
        disordered(ast.parse("def do(deed, what, *, command_id, actor, now, why): ...\ndef _do(*, now, actor): ..."))
        == []
    )


def test_templates_walk_no_tables() -> None:
    found = [
        name_of(path) for path in SOURCE.rglob("*.html") if re.search(r"\.objects\b|_set\.(all|filter|count)\b", path.read_text("utf-8"))
    ]  # fmt: skip
    assert found == []


def test_no_drawer_for_everything() -> None:
    found = [name_of(path) for path in modules() if FORBIDDEN_NAMES & {path.stem, path.parent.name}]
    assert found == []


def test_models_have_no_life_of_their_own() -> None:
    found = [
        f"{name_of(path)}: {node.name}.{method.name}"
        for path in modules()
        if path.stem == "models" or path.parent.name == "models"
        for node in nodes(path)
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name in ("save", "delete", "full_clean")
    ]
    assert found == []


@pytest.mark.parametrize("floor", FLOORS)
def test_public_functions_say_what_they_do(floor: str) -> None:
    silent = [f"{name_of(path)}: {name}" for path in modules(floor) for name in undocumented(tree(path))]
    assert silent == []


def undocumented(module: ast.Module) -> list[str]:
    """Name the public functions and classes of a module without a docstring, nested functions and trivial parts left out."""
    found = []
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            shape = "overload" in {dotted(each) for each in node.decorator_list}
            wordless = shape or (isinstance(node, ast.ClassDef) and speaks_by_fields(node, module))
            if not ast.get_docstring(node) and not wordless:
                found.append(node.name)
    return found


def speaks_by_fields(node: ast.ClassDef, module: ast.Module) -> bool:
    """Tell whether a class is a port, an app's mark or a shape of the API, whose members say it all."""
    bases = {dotted(base) for base in node.bases}
    inherited = [
        each for each in module.body if isinstance(each, ast.ClassDef) and each.name in bases and each is not node
    ]
    return bool({"Protocol", "AppConfig", "Schema", "rooms.RoomConfig"} & bases) or any(
        speaks_by_fields(each, module) for each in inherited
    )


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name_of(path)
        for path in modules()
        if not ast.get_docstring(tree(path)) and path.name != "apps.py" and path.read_text().strip()
    ]
    assert silent == []
