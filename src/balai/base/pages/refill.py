"""Puts what somebody typed back into the form they typed it in: a page as its view makes it, filled where its form stands.

The page's own hidden fields stay as they are now; they say which state of things the form is about.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from balai.base.pages import texts

Fields = dict[str, list[str]]
Attributes = list[tuple[str, str | None]]
NOT_TYPED = ("hidden", "password", "file", "submit", "button", "image", "reset")
OF_THE_PAGE = ("csrfmiddlewaretoken", "command")  # hidden fields that are new each time
ROWS = "-rows"  # how many rows of a group a page shows; more of them are put back as they were typed
LONGEST_WORD = 120
QUIET = ("refused", "language")  # why a form is filled again without a word


@dataclass
class _Form:
    """One form of a page, as far as it is needed to know it again."""

    action: str
    name: str
    hidden: Fields = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    room: int = 0  # where a field can be put: where the page makes the questions anew, else where the form begins

    def is_as_sent(self, fields: Fields) -> bool:
        """Tell whether the form is still about the same state of things as when it was sent."""
        return all(
            fields.get(name) == values
            for name, values in self.hidden.items()
            if name not in OF_THE_PAGE and not name.endswith(ROWS)
        )


@dataclass(frozen=True, slots=True)
class _Change:
    """A piece of the page that is written anew."""

    start: int
    end: int
    text: str


class _Reader(HTMLParser):
    """Walks through a page and knows of each tag where it stands and to which form it belongs."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.lines = [0]
        for line in page.split("\n"):
            self.lines.append(self.lines[-1] + len(line) + 1)
        self.forms: list[_Form] = []
        self.within: _Form | None = None
        self.feed(page)
        self.close()

    @property
    def at(self) -> int:
        """Give the place of the tag that is read now."""
        line, column = self.getpos()
        return self.lines[line - 1] + column

    @property
    def after(self) -> int:
        """Give the place behind the tag that is read now."""
        return self.at + len(self.get_starttag_text() or "")

    def owner(self, given: dict[str, str | None]) -> _Form | None:
        """Find the form of a field: the one it stands in, or the one it names."""
        if given.get("form"):
            return next((form for form in self.forms if form.name == given["form"]), None)
        return self.within

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Note a form, and hand on each field."""
        given = dict(attrs)
        if tag == "form":
            self.within = self.open_form(given)
        else:
            self.read_field(tag, attrs, given)
            if "data-live" in given and self.within:
                self.within.room = self.after

    def handle_endtag(self, tag: str) -> None:
        """Leave a form."""
        if tag == "form":
            self.within = None

    def open_form(self, given: dict[str, str | None]) -> _Form | None:
        """Note a form that is posted."""
        if (given.get("method") or "").lower() != "post":
            return None
        self.forms.append(_Form(given.get("action") or "", given.get("id") or "", room=self.after))
        return self.forms[-1]

    def read_field(self, tag: str, attrs: Attributes, given: dict[str, str | None]) -> None:
        """Note the names of a form's fields, and what is hidden in it."""
        form, name = self.owner(given), given.get("name")
        if form is None or not name:
            return
        form.names.add(name)
        if tag == "input" and given.get("type") == "hidden":
            form.hidden.setdefault(name, []).append(given.get("value") or "")


class _Filler(_Reader):
    """Notes what has to be written anew in one of the forms."""

    def __init__(self, page: str, number: int, fields: Fields) -> None:
        self.number, self.left = number, {name: list(values) for name, values in fields.items()}
        self.changes: list[_Change] = []
        self.area: tuple[int, str] | None = None
        self.choice: list[str] | None = None
        self.main = 0
        self.folds: list[_Change | None] = []
        self.files = False  # one was named that cannot be put back
        super().__init__(page)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Note where the page's own matter begins; options belong to the choice around them."""
        if tag == "main":
            self.main = self.after
        if tag == "details":
            self.folds.append(None if "open" in dict(attrs) else _Change(self.at, self.after, _opening(attrs)))
        if tag == "option" and self.choice is not None:
            self.change(tag, attrs, "selected", dict(attrs).get("value") in self.choice)
        super().handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """End a text area by what was typed in it."""
        if tag == "textarea" and self.area:
            start, text = self.area
            self.changes.append(_Change(start, self.at, "\n" + escape(text)))
            self.area = None
        if tag == "select":
            self.choice = None
        if tag == "details" and self.folds:
            self.folds.pop()
        super().handle_endtag(tag)

    def open_form(self, given: dict[str, str | None]) -> _Form | None:
        """Unfold what the form that is meant lies in, so that what was typed is seen."""
        form = super().open_form(given)
        if form is not None and len(self.forms) == self.number + 1:
            self.changes += [fold for fold in self.folds if fold is not None]
        return form

    def read_field(self, tag: str, attrs: Attributes, given: dict[str, str | None]) -> None:
        """Fill one field of the form that is meant."""
        name, kind = given.get("name"), (given.get("type") or "text").lower()
        meant = self.forms[self.number] if len(self.forms) > self.number else None
        if not name or meant is None or self.owner(given) is not meant:
            return
        values = self.left.get(name, [])
        if tag == "select":
            self.choice = list(values)
        elif tag == "textarea" and values:
            self.area = (self.after, values.pop(0))
        elif tag == "input" and kind == "file":
            self.files |= any(values)
        elif tag == "input" and kind in ("radio", "checkbox"):
            self.change(tag, attrs, "checked", (given.get("value") or "on") in values)
        elif tag == "input" and kind not in NOT_TYPED and values:
            self.change(tag, attrs, "value", values.pop(0))

    def change(self, tag: str, attrs: Attributes, name: str, value: str | bool) -> None:
        """Write a tag anew with an attribute, or without it."""
        made = [(name, None if value is True else str(value))] if value is not False else []
        at = next((place for place, (key, _) in enumerate(attrs) if key == name), len(attrs))
        kept = [each for each in attrs if each[0] != name]
        whole = [*kept[:at], *made, *kept[at:]]
        text = "".join(f" {key}" if said is None else f' {key}="{escape(str(said))}"' for key, said in whole)
        self.changes.append(_Change(self.at, self.after, f"<{tag}{text}>"))


def _opening(attrs: Attributes) -> str:
    """Write the tag of a fold that is open."""
    text = "".join(f" {key}" if said is None else f' {key}="{escape(said)}"' for key, said in attrs)
    return f"<details{text} open>"


def fill(page: str, address: str, target: str, fields: Fields, *, files: bool = False, why: str = "locked") -> str:
    """Give a page with the form that posts to `target` filled, and a word above it; what has no place there is told in words.

    :param address: of the page itself, which a form without an address of its own posts to.
    :param why: `locked`, `refused` or `language`; a page that says why a form was refused needs no further word, nor does another language.
    """
    forms = _Reader(page).forms
    number = _find(forms, address, target, fields)
    filler = _Filler(page, len(forms) if number is None else number, fields)
    form = forms[number] if number is not None else None
    homeless = {name: values for name, values in fields.items() if form is None or name not in form.names}
    said = _Change(
        filler.main, filler.main, _words(homeless, files=files or filler.files, found=form is not None, why=why)
    )
    return _written(page, [*filler.changes, said, *_added(form, homeless, fields)])


def _added(form: _Form | None, homeless: Fields, fields: Fields) -> list[_Change]:
    """Put back, unseen, the answers to questions that the page only asks once others are answered."""
    if form is None or not form.is_as_sent(fields):
        return []
    typed = [(name, value) for name, values in homeless.items() for value in values]
    text = "".join(
        f'<input type="hidden" data-typed name="{escape(name)}" value="{escape(value)}">' for name, value in typed
    )
    return [_Change(form.room, form.room, text)] if text else []


def _find(forms: list[_Form], address: str, target: str, fields: Fields) -> int | None:
    """Find the form again: by where it posts to, and among several of these by what it has hidden."""
    fitting = [
        (sum(fields.get(name) == values for name, values in form.hidden.items()), -number)
        for number, form in enumerate(forms)
        if urlsplit(urljoin(address, form.action or address)).path == urlsplit(target).path
    ]
    return -max(fitting)[1] if fitting else None


def _words(homeless: Fields, *, files: bool, found: bool, why: str) -> str:
    told = (
        []
        if found and why in QUIET
        else [f"<p>{escape(texts.say('pages.refill.found' if found else 'pages.refill.lost'))}</p>"]
    )
    if files:
        told.append(f"<p>{escape(texts.say('pages.refill.files'))}</p>")
    typed = [value for values in homeless.values() for value in values if value.strip() and _is_typed(value)]
    if typed and not (found and why in QUIET):
        told.append("<ul>" + "".join(f"<li>{escape(value)}</li>" for value in typed) + "</ul>")
    return f'<div class="notice" role="status">{"".join(told)}</div>' if told else ""


def _is_typed(value: str) -> bool:
    """Tell a person's words from what a page carried along for itself."""
    return max(map(len, value.split()), default=0) <= LONGEST_WORD


def _written(page: str, changes: Iterable[_Change]) -> str:
    written, done = [], 0
    for change in sorted(changes, key=lambda one: one.start):
        written += [page[done : change.start], change.text]
        done = change.end
    return "".join([*written, page[done:]])
