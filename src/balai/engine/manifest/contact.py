"""How the town's hall is reached: the one place where its address, telephone number, WhatsApp and e-mail stand.

`contact.yaml` lies in the town's folder; pages, services and letters read it and never repeat it. When the offices are open is
what their calendar says, so no hours stand here. `example: true` marks what is made up: it is shown as such and dialled by nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from balai.engine.folders import LANGS, words_of
from balai.engine.forms import WrongValueError, read_phone
from balai.engine.forms.branch import Branch
from balai.engine.manifest.yaml_tree import read_yaml
from balai.engine.problems import Problem

FILE = "contact.yaml"
KEYS = ("example", "address", "phone", "whatsapp", "email")


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A telephone number: as it is shown, and as it is dialled (E.164)."""

    shown: str
    dialled: str

    @property
    def digits(self) -> str:
        """Give it as WhatsApp's addresses write it."""
        return self.dialled.removeprefix("+")


@dataclass(frozen=True, slots=True)
class HallContact:
    """How a hall is reached; what a town does not give is empty. `address` is by language."""

    example: bool = False
    address: Mapping[str, str] = field(default_factory=dict)
    phone: PhoneNumber | None = None
    whatsapp: PhoneNumber | None = None
    email: str = ""

    def say_address(self, lang: str) -> str:
        """Give the address in a language, in Indonesian where it does not speak it, "" where there is none."""
        return self.address.get(lang) or self.address.get(LANGS[0], "")


def read_contact(files: Mapping[str, bytes], problems: list[Problem]) -> HallContact:
    """Read how a town is reached out of its files; what is wrong with it is added to `problems`."""
    if FILE not in files:
        return HallContact()
    return read_contact_file(read_yaml(files[FILE], f"town/{FILE}", problems))


def read_contact_file(root: Branch) -> HallContact:
    """Read `contact.yaml`."""
    keys = root.keys(KEYS)
    return HallContact(
        example=keys["example"].flag() if "example" in keys else False,
        address=words_of(keys["address"]) if "address" in keys else {},
        phone=_number(keys.get("phone")),
        whatsapp=_number(keys.get("whatsapp")),
        email=_email(keys.get("email")),
    )


def _number(branch: Branch | None) -> PhoneNumber | None:
    if branch is None:
        return None
    said = branch.text()
    try:
        return PhoneNumber(said, read_phone(said))
    except WrongValueError:
        if said:
            branch.wrong(f'"{said}" is no telephone number.', 'Write it with its area, such as "0541 000000".')
        return None


def _email(branch: Branch | None) -> str:
    if branch is None:
        return ""
    said = branch.text()
    name, at, host = said.rpartition("@")
    if said and not (name and at and "." in host and not set(said) & set(" <>,;")):
        branch.wrong(f'"{said}" is no e-mail address.', "Write it as name@office.example.")
        return ""
    return said
