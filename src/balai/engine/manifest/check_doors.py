"""Promises that lead somewhere: whoever reads of a complaint, an objection or a contact must be able to get there.

A text that names such a door leads to one that stands, or names both the counter and the telephone, which the town then must have.
"""

from collections.abc import Iterator, Mapping

from balai.engine.forms.branch import Branch, suggestion
from balai.engine.manifest import doors
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.town import Town

PAGES = "town/pages"
LINKED = "standard"  # the texts that are shown where a link can be
NAMES = {"complaint": "a complaint", "objection": "an objection", "contact": "a way to reach the office"}


def check_doors(folder: Folder) -> None:
    """Tell every text that promises a door which does not stand, and every reference that leads nowhere."""
    way = folder.sheet.objection
    stands = folder.sheet.about is not None or (
        way is not None and bool(way.service)
    )  # its button is on the case's page
    for lang, tree in folder.text_trees.items():
        for leaf in _leaves(tree):
            _judge_references(leaf, folder.town)
            _judge_promises(leaf, lang, folder.town, stands=stands)
    _judge_letters(folder)


def _leaves(branch: Branch) -> Iterator[Branch]:
    if isinstance(branch.value, Mapping):
        for one in branch.entries():
            yield from _leaves(one)
    elif isinstance(branch.value, list):
        for one in branch.items():
            yield from _leaves(one)
    elif isinstance(branch.value, str):
        yield branch


def _judge_references(leaf: Branch, town: Town | None) -> None:
    text = str(leaf.value)
    found = list(doors.REFERENCE.finditer(text))
    if len(found) < len(doors.ANY_REFERENCE.findall(text)):
        leaf.wrong("A text leads to page: and door: alone.", "Write [words](page:kontak).")
    if found and leaf.path[0] != LINKED:
        leaf.wrong("This text is shown where no link can be.", "Name the page or the counter in words.")
    for one in found:
        kind, name = one[2], one[3]
        known = doors.standing() if kind == "door" else town.folders.get(PAGES) if town else None
        if known is not None and name not in known:
            what = (
                f'There is no page "{name}" in town/pages/.' if kind == "page" else f'The door "{name}" does not stand.'
            )
            leaf.wrong(what, suggestion(name, known) or "Name the counter and the telephone instead.")


def _judge_promises(leaf: Branch, lang: str, town: Town | None, *, stands: bool = False) -> None:
    text = doors.plain(str(leaf.value))
    if text.startswith("TODO"):
        return  # it promises nothing yet, and cannot be published
    led = {part.name for part in doors.split(str(leaf.value)) if part.kind}
    pages = any(part.kind == "page" for part in doors.split(str(leaf.value)))
    for name, words in doors.DOORS.items():
        if stands and name == "objection":
            continue
        said = words[lang].search(text) if lang in words else None
        if said is None or name in led or (name == "contact" and pages):
            continue
        if doors.HERE[lang].search(text):
            fix = f"Name the counter and the telephone, or lead to it once it stands: [{said[0]}](door:{name})."
            leaf.wrong(f'"{said[0]}" promises a page of this hall for {NAMES[name]}, and none stands.', fix)
        elif not (doors.COUNTER[lang].search(text) and doors.PHONE[lang].search(text)):
            fix = f"Name the counter and the telephone, or lead to a door that stands: [{said[0]}](door:{name})."
            leaf.wrong(f'"{said[0]}" promises {NAMES[name]} and says no way to it.', fix)
        elif town and town.contact and not (town.contact.phone or town.contact.whatsapp):
            fix = "Write phone: … in town/contact.yaml."
            leaf.wrong(f'"{said[0]}" leads to the telephone, and this town gives none.', fix)


def _judge_letters(folder: Folder) -> None:
    """Hold the words that stand in the letters' own files against the same rule; the way of an objection is printed by the town's."""
    for path, content in folder.letter_sources.items():
        source = content.decode("utf-8", "replace") if path.endswith(".typ") else ""
        for number, line in enumerate(source.split("\n"), 1):
            if line.startswith(("//", "#")):
                continue
            for lang in doors.LANGS:
                place = Branch(line, (), path, {(): number}, folder.problems)
                _judge_promises(place, lang, folder.town, stands=folder.sheet.objection is not None)
