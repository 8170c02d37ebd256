"""A point on the map in words: where it lies, how far from the town's middle, and whether that is outside the town."""

import re

from balai.base.pages import contact, texts

_POINT = re.compile(r"\s*(-?[0-9]{1,2}(?:\.[0-9]+)?)\s*[,;\s]\s*(-?[0-9]{1,3}(?:\.[0-9]+)?)\s*\Z")


def tell(point: str) -> tuple[str, bool]:
    """Say a point in words, and tell whether it lies outside the town; ("", False) for what is none."""
    found = _POINT.match(point)
    if found is None or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
        return "", False
    middle = contact.get_contact().centre
    if middle is None:
        return "", False
    distance = middle.distance(float(found[1]), float(found[2]))
    far = distance > middle.reach
    return texts.say(f"pages.place.{'far' if far else 'near'}", km=distance), far


def measure() -> str:
    """Give what the page's script measures by: latitude, longitude and reach of the town; "" where no town says it."""
    middle = contact.get_contact().centre
    return f"{middle.latitude} {middle.longitude} {middle.reach}" if middle else ""
