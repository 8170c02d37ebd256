"""Judging how good a folder is: which rules of the fixed list it keeps, and whether it reaches the tier that it claims."""

from collections.abc import Callable, Iterator, Mapping

from balai.engine.folders import LANGS
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.quality import BY_PEOPLE, RULES, TIERS
from balai.engine.manifest.service import find_text
from balai.engine.problems import Problem

FEWEST_WORDS = 5  # sayings by which people search
COMPONENTS = ("requirements", "procedure", "products", "complaints", "facilities", "competence", "supervision", "staff", "guarantee", "safety", "evaluation")  # fmt: skip


def check_quality(folder: Folder) -> None:
    """Tell what is claimed and not so: a rule that is not kept, a tier that is not reached."""
    quality = folder.quality
    for rule, state in quality.rules.items():
        if state == "done" and (why := _lacks(folder, rule)):
            _tell(folder, rule, f"This is called done, but {why}", f"Mend it, or write {rule}: todo.")
    missing = dict(_missing(folder, quality.tier))
    if missing:
        rule, why = next(iter(missing.items()))
        more = f" ({len(missing)} rules in all: {', '.join(missing)})" if len(missing) > 1 else ""
        fix = f"Mend it, or write tier: {reached_tier(folder)}."
        _tell(folder, "tier", f"The folder claims {quality.tier}, which needs {rule}: {why}{more}", fix)


def reached_tier(folder: Folder) -> str:
    """Tell the best tier whose rules are all kept; bronze at least, for what has no faults is that."""
    reached = TIERS[0]
    for tier in TIERS[1:]:
        if any(_missing(folder, tier)):
            break
        reached = tier
    return reached


def _missing(folder: Folder, tier: str) -> Iterator[tuple[str, str]]:
    """Yield the rules that a tier needs and that are not kept, each with the reason."""
    for rule, needed in RULES.items():
        state = folder.quality.rules.get(rule, "todo")
        if TIERS.index(needed) > TIERS.index(tier) or state.startswith("exempt"):
            continue
        if why := _lacks(folder, rule):
            yield rule, why
        elif state == "todo" and rule in BY_PEOPLE:
            yield rule, "only people can say that it is done."


def _tell(folder: Folder, key: str, message: str, fix: str) -> None:
    file = folder.prefix + "quality.yaml"
    folder.problems.append(Problem(message, fix, file, folder.quality.lines.get(key, 1), key))


def _lacks(folder: Folder, rule: str) -> str:
    judge = _JUDGES.get(rule)
    return judge(folder) if judge else ""


def _refusals(folder: Folder) -> str:
    bare = [one.id for one in folder.sheet.ends.values() if one.outcome == "refused" and not one.letter]
    return f"the end {', '.join(bare)} refuses without a letter." if bare else ""


def _components(folder: Folder) -> str:
    for lang in LANGS:
        texts = _texts(folder, lang)
        lost = [name for name in COMPONENTS if not find_text(texts, f"standard.{name}")]
        if lost:
            return f"texts/{lang}.yaml says nothing under standard: {', '.join(lost)}."
    return ""


def _once_only(folder: Folder) -> str:
    return (
        "" if folder.sheet.once_only else "service.yaml names nothing under once_only that the office looks up itself."
    )


def _misuse(folder: Folder) -> str:
    return "" if any(one.refused_because for one in folder.examples) else "no golden example is refused_because."


def _read_back(folder: Folder) -> str:
    said = {
        letter
        for one in folder.examples
        if isinstance(says := one.expect.get("letter_says"), Mapping)
        for letter in says
    }
    lost = [letter for letter in folder.sheet.letters if letter not in said]
    return f"no golden example says what stands in the letter {', '.join(lost)} (letter_says)." if lost else ""


def _words(folder: Folder) -> str:
    if len(folder.sheet.keywords) < FEWEST_WORDS:
        return f"keywords has {len(folder.sheet.keywords)} sayings, fewer than {FEWEST_WORDS}."
    return "" if folder.sheet.life_events else "life_events names none."


def _stages(folder: Folder) -> str:
    lost = [lang for lang in LANGS if not find_text(_texts(folder, lang), "picture")]
    return f"texts/{lost[0]}.yaml has no picture: what applicants read of the steps." if lost else ""


def _made_elsewhere(folder: Folder) -> str:
    grants = [one.id for one in folder.sheet.letters.values() if one.kind == "grant"]
    if folder.sheet.issuer == "other_system" and grants:
        return f"the letter {', '.join(grants)} grants what another system issues."
    return ""


def _confirmed(folder: Folder) -> str:
    sheet = folder.sheet
    marks = [
        *(one.status for one in sheet.legal_basis),
        *(one.status for one in sheet.time.promises),
        sheet.archive.status,
    ]
    open_ = sum(status == "unconfirmed" for status in marks)
    return f"{open_} marks of law still say unconfirmed." if open_ else ""


def _texts(folder: Folder, lang: str) -> Mapping[str, object]:
    tree = folder.text_trees.get(lang)
    return tree.value if tree is not None and isinstance(tree.value, Mapping) else {}


_JUDGES: Mapping[str, Callable[[Folder], str]] = {
    "refusal-letter": _refusals,
    "standard-fourteen-components": _components,
    "once-only": _once_only,
    "misuse-refused": _misuse,
    "letters-read-back": _read_back,
    "found-by-everyday-words": _words,
    "stages-in-plain-words": _stages,
    "no-document-made-here": _made_elsewhere,
    "law-confirmed-by-an-official": _confirmed,
}
