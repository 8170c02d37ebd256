"""The first files of a new service: a whole working folder that passes its check at once and is then edited."""

import re
from collections.abc import Mapping

import yaml

from balai.engine.manifest.yaml_tree import LOADER
from balai.engine.process import standard_process

_WORDS = ("dan", "dari", "di", "ke", "untuk", "atas", "karena", "yang")


def fill_template(
    template: Mapping[str, bytes], *, id_: str, title: str, title_en: str, short: str
) -> dict[str, bytes]:
    """Answer the template's files with the service's own names in place of @ID@, @TITLE@, @TITLE_EN@ and @SHORT@."""
    names = {"@ID@": id_, "@TITLE@": _quoted(title), "@TITLE_EN@": _quoted(title_en), "@SHORT@": short}
    files = {path: _replaced(content.decode(), names).encode() for path, content in template.items()}
    return {"process.bpmn": standard_process(), **files}


def rename_folder(
    files: Mapping[str, bytes], *, old: str, id_: str, title: str, title_en: str, short: str
) -> dict[str, bytes]:
    """Answer another service's files as the start of a new one.

    Version 1, not in force, with its own id, title and case numbers wherever the old ones stood: in notices, letters, drawings and
    examples too. No law is confirmed for it and no trial was held: an official said yes to another service.
    """
    if "-" in old:
        words = {old: id_, old.replace("-", "_"): id_.replace("-", "_")}
    else:  # a word that sentences and names of fields use too
        words = {f"services/{old}": f"services/{id_}"}
    shorts = {was: short} if (was := _value(files["service.yaml"], "short")) else {}
    for lang, new in (("id", title), ("en", title_en)):
        if was := _value(files.get(f"texts/{lang}.yaml", b""), "title"):
            said = _SIGNS.sub("", new)  # in any file: no sign that YAML, Typst or FEEL reads as its own
            words |= {was: said, re.sub(r"\s*\([^)]*\)$", "", was): said}  # in a sentence it bears no "(demonstration)"
    renamed = {
        path: _reworded(content.decode(), words, shorts, xml=path.endswith(_XML)).encode()
        if path.endswith(_TEXTS)
        else content
        for path, content in files.items()
    }
    renamed["service.yaml"] = _begun(renamed["service.yaml"].decode(), id_=id_, short=short).encode()
    for lang, new in (("id", title), ("en", title_en)):
        if f"texts/{lang}.yaml" in renamed:
            renamed[f"texts/{lang}.yaml"] = _titled(renamed[f"texts/{lang}.yaml"].decode(), new).encode()
    for path in renamed:
        if path.endswith(".yaml") and not path.startswith("examples/"):
            renamed[path] = _CONFIRMED.sub(r"\1unconfirmed", renamed[path].decode()).encode()
    if "quality.yaml" in renamed:
        renamed["quality.yaml"] = _untried(renamed["quality.yaml"].decode()).encode()
    return renamed


_XML = (".bpmn", ".dmn")
_TEXTS = (".yaml", ".typ", ".md", *_XML)
_SIGNS = re.compile(r"[^\w\s.,&()/+-]")
_CONFIRMED = re.compile(r"(\bstatus:[ \t]*)[\"']?confirmed\b[\"']?")
_BY_PEOPLE = re.compile(r"(?m)^([ \t]+[a-z-]*(?:confirmed|tried|looked)[a-z-]*:[ \t]*)done\b")


def _value(content: bytes, key: str) -> str:
    """Answer the text of a key at the top of a YAML file, "" where there is none."""
    found = re.search(rf"(?m)^{key}:.*$", content.decode())
    told = yaml.load(found[0], Loader=LOADER) if found else {}
    return told[key] if isinstance(told[key] if told else None, str) else ""


def _reworded(text: str, words: Mapping[str, str], shorts: Mapping[str, str], *, xml: bool) -> str:
    """Put each word for its successor in one pass, whole words alone, the longest first, written as large as it stood there.

    Of `shorts`, letters that begin numbers, only what is written just so.
    """
    table = {was.casefold(): new for was, new in words.items()}
    longest = sorted([*table, *shorts], key=len, reverse=True)
    pattern = re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, longest)) + r")(?![\w-])", re.IGNORECASE)

    def put(found: re.Match[str]) -> str:
        if found[0] in shorts:
            return shorts[found[0]]
        if found[0].casefold() not in table:
            return found[0]
        new = table[found[0].casefold()]
        new = new if found[0] in words else _as_large(found[0], new)
        return new.replace("&", "&amp;") if xml else new

    return pattern.sub(put, text)


def _as_large(was: str, new: str) -> str:
    """Write words as a heading in capitals or a sentence does; names in capitals stay so."""
    if was.isupper():
        return new.upper()
    plain = " ".join(word.lower() if word[1:].islower() else word for word in new.split(" "))
    return plain[:1].upper() + plain[1:] if was[:1].isupper() else plain


def _titled(text: str, title: str) -> str:
    return re.sub(r"(?m)^title:.*$", lambda _: f'title: "{_quoted(title)}"', text, count=1)


def _begun(sheet: str, *, id_: str, short: str) -> str:
    """Let service.yaml begin anew; its icon is another's, and the hall gives one that is left."""
    for key, value in (("id", id_), ("version", '"1"'), ("short", short), ("in_force", "false")):
        sheet = re.sub(rf"(?m)^{key}:[ \t]*[^#\n]*", f"{key}: {value} ", sheet, count=1)
    return re.sub(r"(?m)[ \t]+$", "", re.sub(r"(?m)^icon:.*\n", "", sheet))


def _untried(quality: str) -> str:
    """Set back what people did for the other service: confirmed, tried, looked at."""
    return _BY_PEOPLE.sub(r"\1todo", re.sub(r"(?m)^tier:.*$", "tier: bronze", quality))


def short_of(id_: str) -> str:
    """Answer 2 to 5 capitals made of the words of an id: surat-keterangan-usaha gives SKU."""
    words = [word for word in id_.split("-") if word not in _WORDS and word[:1].isalpha()]
    letters = "".join(word[0] for word in words).upper()
    return letters[:5] if len(letters) >= 2 else (words[0] if words else "xx").upper()[:3].ljust(2, "X")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _replaced(text: str, names: Mapping[str, str]) -> str:
    for mark in sorted(names, key=len, reverse=True):
        text = text.replace(mark, names[mark])
    return text
