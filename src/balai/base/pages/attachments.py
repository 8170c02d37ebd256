"""How a file is named as it leaves: in letters that every system takes, and again in the way that newer browsers read."""

from urllib.parse import quote

from django.http import HttpResponseBase


def name_file(response: HttpResponseBase, name: str, *, inline: bool = False) -> None:
    """Name the file that a response carries; shown in the browser when `inline`, else kept (RFC 6266, both forms)."""
    how = "inline" if inline else "attachment"
    plain = name.encode("ascii", "replace").decode().replace("?", "-").replace('"', "-").replace("\\", "-")
    response["Content-Disposition"] = f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
