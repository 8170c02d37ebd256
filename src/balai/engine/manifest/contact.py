"""How the town's hall is reached: the one place where its address, telephone number, WhatsApp and e-mail stand.

`contact.yaml` lies in the town's folder; pages, services and letters read it and never repeat it. When the offices are open is
what their calendar says, so no hours stand here. `example: true` marks what is made up: it is shown as such and dialled by nobody.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from balai.engine.folders import LANGS, words_of
from balai.engine.forms import WrongValueError, read_phone
from balai.engine.forms.branch import Branch
from balai.engine.manifest.yaml_tree import read_yaml
from balai.engine.problems import Problem

FILE = "contact.yaml"
KEYS = ("example", "address", "phone", "whatsapp", "email", "centre")
_EARTH = 6371.0  # its radius, in kilometres


@dataclass(frozen=True, slots=True)
class TownCentre:
    """Where a town lies: a point in its middle, and how many kilometres from there it reaches at most."""

    latitude: float
    longitude: float
    reach: int

    def distance(self, latitude: float, longitude: float) -> int:
        """Answer how far a point lies from the middle, in whole kilometres along the ground."""
        here, there = math.radians(self.latitude), math.radians(latitude)
        half = (
            math.sin((there - here) / 2) ** 2
            + math.cos(here) * math.cos(there) * math.sin(math.radians(longitude - self.longitude) / 2) ** 2
        )
        return round(2 * _EARTH * math.asin(min(1.0, math.sqrt(half))))


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
    centre: TownCentre | None = None  # None: nobody is warned of a point outside the town

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
        centre=_centre(keys["centre"]) if "centre" in keys else None,
    )


_POINT = re.compile(r"(-?[0-9]{1,2}(?:\.[0-9]+)?), (-?[0-9]{1,3}(?:\.[0-9]+)?)\Z")


def _centre(branch: Branch) -> TownCentre | None:
    """Read where a town lies, by which a point far outside it is told."""
    keys = branch.keys(("point", "reach"), required=("point", "reach"))
    found = _POINT.match(keys["point"].text()) if "point" in keys else None
    reach = re.fullmatch(r"([1-9][0-9]{0,3}) km", keys["reach"].text()) if "reach" in keys else None
    if "point" in keys and (found is None or abs(float(found[1])) > 90 or abs(float(found[2])) > 180):
        keys["point"].wrong(
            f'"{keys["point"].value}" is no point.', 'Write latitude and longitude: "-0.5022, 117.1536".'
        )
        return None
    if "reach" in keys and reach is None:
        keys["reach"].wrong(f'"{keys["reach"].value}" is no distance.', "Write it in whole kilometres: 35 km.")
    return TownCentre(float(found[1]), float(found[2]), int(reach[1])) if found and reach else None


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
