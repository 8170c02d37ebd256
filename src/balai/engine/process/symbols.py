"""The signs inside events, tasks and gateways, as SVG path data around their own origin."""

import math
from collections.abc import Mapping


def _gear(x: float, y: float, outer: float, inner: float, hole: float) -> str:
    """Draw a gear with eight teeth around (x, y)."""
    points = []
    for tooth in range(8):
        for radius, turn in ((inner, -0.28), (outer, -0.17), (outer, 0.17), (inner, 0.28)):
            angle = math.tau * (tooth / 8) + turn
            points.append(f"{x + radius * math.cos(angle):.1f} {y + radius * math.sin(angle):.1f}")
    ring = f"M{x - hole} {y}a{hole} {hole} 0 1 0 {2 * hole} 0a{hole} {hole} 0 1 0 {-2 * hole} 0z"
    return "M" + "L".join(points) + "z" + ring


_TICKS = "".join(
    f"M{6.8 * math.cos(a):.1f} {6.8 * math.sin(a):.1f}L{8.6 * math.cos(a):.1f} {8.6 * math.sin(a):.1f}"
    for a in (math.tau * hour / 12 for hour in range(12))
)

# Events: drawn in a circle of radius 18 around (0, 0). "line" is stroked, "body" is filled when the event throws.
EVENT_BODY: Mapping[str, str] = {
    "message": "M-9-6H9V6H-9z",
    "timer": "M-9.5 0a9.5 9.5 0 1 0 19 0a9.5 9.5 0 1 0-19 0",
    "conditional": "M-7-9H7V9H-7z",
    "signal": "M0-9L8.5 6H-8.5z",
    "error": "M-8 8L-3.5-6L2.5 2L8-8L4.5 7L-2-1.5z",
    "escalation": "M0-9L6.5 8L0 1.5L-6.5 8z",
    "link": "M-9-3.5H2V-8L10 0L2 8V3.5H-9z",
    "compensate": "M-1-7V7L-9 0zM8-7V7L0 0z",
    "cancel": "M-8-5.5L-5.5-8L0-2.5L5.5-8L8-5.5L2.5 0L8 5.5L5.5 8L0 2.5L-5.5 8L-8 5.5L-2.5 0z",
    "multiple": "M0-9L8.6-2.8L5.3 7.3H-5.3L-8.6-2.8z",
    "parallelMultiple": "M-2.5-9H2.5V-2.5H9V2.5H2.5V9H-2.5V2.5H-9V-2.5H-2.5z",
}
EVENT_LINE: Mapping[str, str] = {
    "message": "M-9-6L0 1L9-6",
    "timer": "M1.5-6L0 0L5 1" + _TICKS,
    "conditional": "M-5-6H5M-5-2H5M-5 2H5M-5 6H5",
}
# Task kinds: in a box of 16 by 16 at the upper left corner. (path, filled)
TASK: Mapping[str, tuple[str, bool]] = {
    "userTask": ("M8 1a3.3 3.3 0 1 1 0 6.6a3.3 3.3 0 1 1 0-6.6M2 15.5V13c0-3 2-4.5 4-5h4c2 .5 4 2 4 5v2.5z", False),
    "manualTask": (
        "M1.5 7.5L6 3h3c1 0 1 1.5 0 1.5H7.5h6.5c1.2 0 1.2 2 0 2H9h5.5c1.2 0 1.2 2 0 2H9h4.8c1.2 0 1.2 2 0 2"
        "H9h3.8c1.1 0 1.1 1.9 0 1.9H5.5L1.5 11z",
        False,
    ),
    "serviceTask": (_gear(6, 6, 5.6, 4.2, 1.7) + _gear(11, 11.5, 4.6, 3.4, 1.3), False),
    "scriptTask": (
        "M5 1h9.5c-4 3-3.5 4-1.5 7s2 4.5-1.5 7H2c3.5-2.5 3.5-4 1.5-7s-2.5-4 1.5-7z"
        "M5 4h5.5M4.5 6.5h5.5M6 9h5.5M6.5 11.5h5.5",
        False,
    ),
    "sendTask": ("M1 3H15V13H1z", True),
    "receiveTask": ("M1 3H15V13H1zM1 3L8 9L15 3", False),
    "businessRuleTask": ("M1 2.5H15V13.5H1zM1 6H15M1 9.8H15M5.5 6V13.5M1 4.2H15", False),
}
SEND_FLAP = "M1 3.5L8 9L15 3.5"
# Markers at the lower edge: in a box of 14 by 14. (path, stroke width, filled)
MARKER: Mapping[str, tuple[str, float, bool]] = {
    "loop": ("M4.5 12.3a5.5 5.5 0 1 1 4 .3M5 8.5V12.5H1", 1.5, False),
    "parallel": ("M3 1.5V12.5M7 1.5V12.5M11 1.5V12.5", 2.4, False),
    "sequential": ("M1.5 3H12.5M1.5 7H12.5M1.5 11H12.5", 2.4, False),
    "compensation": ("M7 2V12L1 7zM13 2V12L7 7z", 1, False),
    "adhoc": ("M1 9c2-5 4-4.5 6-2s4 3 6-2v2.5c-2 5-4 4.5-6 2s-4-3-6 2z", 1, True),
    "collapsed": ("M0 0H14V14H0zM7 2.5V11.5M2.5 7H11.5", 1.2, False),
}
# Gateways: in a diamond of 50 by 50 around (0, 0). (path, stroke width, filled)
GATEWAY: Mapping[str, tuple[str, float, bool]] = {
    "exclusiveGateway": ("M-7-9H-3.5L0-3.2L3.5-9H7L2 0L7 9H3.5L0 3.2L-3.5 9H-7L-2 0z", 0.5, True),
    "parallelGateway": ("M-2-11H2V-2H11V2H2V11H-2V2H-11V-2H-2z", 0.5, True),
    "inclusiveGateway": ("M-10 0a10 10 0 1 0 20 0a10 10 0 1 0-20 0", 2.8, False),
    "complexGateway": ("M0-12V12M-12 0H12M-8-8L8 8M8-8L-8 8", 3, False),
    "eventBasedGateway": (
        "M-13 0a13 13 0 1 0 26 0a13 13 0 1 0-26 0M-10.5 0a10.5 10.5 0 1 0 21 0a10.5 10.5 0 1 0-21 0"
        "M0-7L6.7-2.2L4.1 5.7H-4.1L-6.7-2.2z",
        1,
        False,
    ),
}
DATA_ARROW = "M4 8h5V5l5 5l-5 5v-3H4z"
