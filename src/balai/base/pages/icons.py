"""Line icons drawn for Balai: 24 by 24, one stroke, no fill, always beside words and hidden from readers."""

from collections.abc import Iterator, Mapping

from balai.engine.problems import Problem

LIKELY = ("document", "letter")  # what a service without an icon of its own most likely gives

PATHS: dict[str, str] = {
    # signs
    "search": "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20 20",
    "check": "m5 12.5 4.5 4.5L19 7.5",
    "cross": "M6 6l12 12M18 6 6 18",
    "plus": "M12 5v14M5 12h14",
    "right": "M5 12h14m-6-6 6 6-6 6",
    "left": "M19 12H5m6-6-6 6 6 6",
    "down": "m6 9 6 6 6-6",
    "alert": "M12 4 2.8 19.5h18.4zM12 10v4.5m0 2.6v.1",
    "info": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zm0-10v5.5m0-9v.1",
    "clock": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zm0-14v5.2l3.4 2",
    "pause": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zm-2.4-12v6m4.8-6v6",
    "lock": "M6 11h12v9H6zm2.5 0V8a3.5 3.5 0 0 1 7 0v3",
    "shield": "M12 3l7.5 3v5.5c0 4.6-3 8-7.5 9.5-4.5-1.5-7.5-4.9-7.5-9.5V6zm-3.3 9 2.4 2.4 4.3-4.6",
    "eye": "M2.5 12C4.6 8 8 5.8 12 5.8s7.4 2.2 9.5 6.2c-2.1 4-5.5 6.2-9.5 6.2S4.6 16 2.5 12zm9.5 2.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6z",
    "pen": "M4 20l1-4.2L16.2 4.6l3.2 3.2L8.2 19zM14 6.8l3.2 3.2",
    "bin": "M5 7h14M10 7V4.5h4V7M7 7l.8 13h8.4L17 7",
    "printer": "M7 9V4h10v5M7 16H4V9.5h16V16h-3M7 13.5h10V20H7z",
    "download": "M12 4v11m-5-5 5 5 5-5M4.5 19.5h15",
    "upload": "M12 15.5V4.5m-5 5 5-5 5 5M4.5 19.5h15",
    "bell": "M6 17V11a6 6 0 0 1 12 0v6l1.500 1.5h-15zM10 20.5h4M12 5V3.5",
    "mail": "M3.5 6h17v12.5h-17zm0 1 8.5 6.5L20.5 7",
    "phone": "M7 3h10v18H7zm3.5 15h3",
    "calendar": "M4 6h16v14H4zm0 4.5h16M8 3.5V8m8-4.5V8",
    "pin": "M12 21c4.300-4.600 6.5-8 6.5-11a6.5 6.5 0 0 0-13 0c0 3 2.200 6.400 6.5 11zm0-8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
    "globe": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zm-8.700-9h17.400M12 3c2.600 2.5 3.900 5.5 3.900 9S14.600 18.5 12 21c-2.600-2.5-3.900-5.5-3.900-9S9.400 5.5 12 3z",
    "menu": "M4 7h16M4 12h16M4 17h16",
    "chart": "M4 20h16M7 16.5v-5m5 5V6m5 10.5V9",
    "inbox": "M4 13 6.5 5h11L20 13v6.5H4zm0 0h4.5l1.5 2.5h4l1.5-2.5H20",
    "chat": "M4 5h16v11.5h-9L6.5 20v-3.5H4z",
    "qr": "M4 4h6v6H4zm10 0h6v6h-6zM4 14h6v6H4zm10 0h2.5v2.5H14zm3.5 3.5H20V20h-2.5zM17.5 14H20M14 20v-1",
    # things
    "document": "M6 3.5h8l4 4v13H6zm8 0v4h4M9 12h6m-6 4h6",
    "letter": "M5 3.5h14v17H5zM8.5 8h7m-7 3.5h7M14.5 17.5a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600z",
    "image": "M4 5h16v14H4zm0 11 5-5 4 4 2.5-2.5L20 16.5M15.5 9v.1",
    "person": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm-7.5 8.5c.6-4 3.5-6 7.5-6s6.900 2 7.5 6",
    "people": "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19.5c.5-3.5 3-5.200 6.5-5.200s6 1.700 6.5 5.200m0-15a3.5 3.5 0 0 1 0 7m2.5 3.300c2 .8 3.200 2.400 3.5 4.700",
    "hall": "M2.5 11 12 4l9.5 7M5 11v8m4.700-8v8m4.600-8v8M19 11v8M3 19.5h18",
    # about another case
    "keberatan": "M4 5h16v11.5h-9L6.5 20v-3.5H4zM12 8v3.700m0 2.300v.1",
    "pembetulan": "M6 3.5h8L18 7.5V10M6 3.5v17h5M13.5 20.5l.8-3.200 4.700-4.700 2.400 2.400-4.700 4.700z",
    "pembatalan": "M6 3.5h8L18.5 8v12.5H6zM9.800 11.300l5 5m0-5-5 5",
    # life events
    "usaha": "M4 10 5.5 4.5h13L20 10a2.700 2.700 0 0 1-5.300 0 2.700 2.700 0 0 1-5.400 0A2.700 2.700 0 0 1 4 10zm1.5 3v7h13v-7M10 20v-4.5h4V20",
    "kelahiran": "M12 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM6 20.5c-.5-5 2-8 6-8s6.5 3 6 8zm3-3.5c2 1 4 1 6 0",
    "identitas": "M3 5.5h18v13H3zm5.5 6.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM5.5 16c.4-1.700 1.5-2.5 3-2.5s2.600.8 3 2.5M14.5 10h4m-4 3.5h4",
    "tempat-tinggal": "M3.5 11.5 12 4.5l8.5 7M6 9.5V20h12V9.5M10 20v-5.5h4V20",
    "pindah": "M3 7h10.5v9.5H3zm10.5 3H17l4 3.5v3h-7.5zM7 19a1.800 1.800 0 1 0 0-3.600A1.800 1.800 0 0 0 7 19zm10 0a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600z",
    "menikah": "M12 20C6 15.800 3.5 12.800 3.5 9.5c0-5.5 7-6.5 8.5-1.5 1.5-5 8.5-4 8.5 1.5 0 3.300-2.5 6.300-8.5 10.5z",
    "kematian": "M12 21v-9m0 0c-4.5 0-6-2.5-6-6 4 0 6 2 6 6zm0 2c0-3.5 2-5 5.5-5 0 3.5-1.800 5-5.5 5z",
    "sekolah": "M2.5 9 12 4.5 21.5 9 12 13.5zM6 11v5c1.5 1.800 3.5 2.700 6 2.700s4.5-.9 6-2.700v-5m3.5-2v5.5",
    "kesehatan": "M9.5 4h5v5.5H20v5h-5.5V20h-5v-5.5H4v-5h5.5z",
    "bantuan": "M12 9.5C8.5 7 7.5 5.700 7.5 4.300c0-2.400 3.300-2.700 4.5-.6 1.200-2.100 4.5-1.800 4.5.6 0 1.400-1 2.700-4.5 5.200zM3 14h3.5l3 1.5h4c1.5 0 1.5 2.200 0 2.200H10m4.5-.7 4-2.5c1.5-.8 2.5 1 1.200 2L14 21H3",
    "kehilangan": "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20 20M8.800 8.800c.2-2 3.600-1.800 3.400.2-.1 1.200-1.700 1.200-1.700 2.300m0 1.900v.1",
    "informasi": "M6 3.5h8l4 4v13H6zm8 0v4h4M12 11v.1m0 2.4v4.5",
    "keramaian": "M4 10v4h3l7 4V6l-7 4H4zm13-1.5a5 5 0 0 1 0 7m2.5-9.5a8.5 8.5 0 0 1 0 12M8 14.500v5h2.500v-3.5",
    "bangunan": "M4 20V9l6-4.5V20M10 9h10v11M3 20h18M13.5 12.5h3m-3 3.5h3M6.5 11.5v.1m0 3.4v.1",
    "tanah": "M3 19.5 9 8l4 7 2.5-4 5.5 8.5zM16.5 6.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z",
    "izin": "M6 3.5h12v9H6zm3 3.5h6m-6 2.500h3M12 21a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zm-1.500-3.500 1.100 1.100 2-2.200",
    "pajak": "M6 3.5h12v17l-2-1.5-2 1.5-2-1.5-2 1.5-2-1.5-2 1.5zM9 8h6m-6 4h6",
    "waris": "M7 7a2 2 0 1 0 0-4 2 2 0 0 0 0 4zm10 0a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM7 7v4h10V7m-5 4v5m0 4.500a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400z",
    "cuti": "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v2m0 14v2M3 12h2m14 0h2M5.600 5.600 7 7m10 10 1.400 1.400m0-12.800L17 7M7 17l-1.400 1.400",
    "pendataan": "M6 4.500h12v16H6zm3.500 0V3h5v1.500M12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4zm-3.500 5.500a3.500 3.500 0 0 1 7 0",
    "kk-pisah": "M3 5.5h7.5v13H3zm10.5 0H21v13h-7.5zM5.5 9h2.5m8 0h2.5M5.5 12.5h2.5m8 0h2.5",
    "pindah-datang": "M9 11.5 15.5 6 22 11.5M11 10v9.5h9V10M2 14.5h8m-3-3 3 3-3 3",
    "orang-asing": "M6 3.5h12v17H6zM12 13.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zm-3-3h6m-3-3c1.5 1.800 1.5 4.200 0 6m-2.5 3.5h5",
    "nib": "M3 5h18v14H3zM7.5 9l-1 6m4-6-1 6M5.5 11h6m-6.5 2.5h6M14 12.5l2 2 3.5-4.5",
    "reklame": "M3 4h18v9H3zM8 13v7.5m8-7.5v7.5M6 7.5h7m-7 2.5h10",
    "kendaraan": "M3 16.5v-4l2.5-1 2-4.5H16l2.5 4.5 2.5 1v4zM5.5 11.5h13M7.5 19a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600zm9 0a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600z",
    "pesanan": "M4 8l8-4.5L20 8v8.5L12 21l-8-4.5zm0 0 8 4.5L20 8m-8 4.5V21M8 5.700l8 4.5",
    "pelanggan": "M4.5 13v-1.5a7.5 7.5 0 0 1 15 0V13m-15 0h3v5.5h-3zm12 0h3v5.5h-3zM18 18.5c0 1.5-2 2.5-4.5 2.5",
}


SERVICES = tuple(PATHS)[
    tuple(PATHS).index("document") :
]  # things and life events; the signs before them mean something else


def choose(named: Mapping[str, str]) -> dict[str, str]:
    """Give each service an icon of its own: the one its folder names, else one that is left, always the same for the same services."""
    taken = {icon: id for id, icon in sorted(named.items(), reverse=True) if icon in SERVICES}
    chosen = {id: icon for icon, id in taken.items()}
    left = [icon for icon in (*LIKELY, *SERVICES) if icon not in taken]
    for id in sorted(named):
        if id not in chosen:
            fitting = next((icon for icon in left if icon in id.split("-")), left[0] if left else "document")
            chosen[id] = fitting
            left = [icon for icon in left if icon != fitting]
    return chosen


def judge(named: Mapping[str, str]) -> Iterator[Problem]:
    """Tell each service whose icon is none, or is another's too; services that name none are given one that is left."""
    first: dict[str, str] = {}
    for id, icon in sorted(named.items()):
        place = f"services/{id}/service.yaml"
        if icon and icon not in SERVICES:
            yield Problem(
                f'There is no icon "{icon}".', f"Choose one of: {', '.join(SERVICES)}.", place, element="icon"
            )
        elif icon and icon in first:
            yield Problem(
                f"{first[icon]} bears the icon {icon} too.",
                "People tell services apart by it; choose another.",
                place,
                element="icon",
            )
        elif icon:
            first[icon] = id


def svg(name: str, size: int = 24) -> str:
    """Draw an icon as inline SVG, hidden from screen readers; an unknown name draws a document."""
    path = PATHS.get(name, PATHS["document"])
    return (
        f'<svg class="icon" width="{size}" height="{size}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        f'<path d="{path}"/></svg>'
    )
