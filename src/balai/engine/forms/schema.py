"""A form as JSON Schema 2020-12, for the machine interface."""

from collections.abc import Mapping

from balai.engine.forms.field_readers import MAX_FILE, MAX_FILES, MAX_STRING, MAX_TEXT
from balai.engine.forms.form import Field, Form

_PATTERNS = {
    "nik": r"^[0-9]{16}$",
    "kk": r"^[0-9]{16}$",
    "nip": r"^[0-9]{18}$",
    "npwp": r"^([0-9]{15,16}|[0-9]{22})$",
    "village": r"^[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}$",
    "phone": r"^\+[1-9][0-9]{5,14}$",
    "number": r"^-?[0-9]+(\.[0-9]+)?$",
    "money": r"^-?[0-9]+(\.[0-9]{1,2})?$",
}
_STANDARD_FORMATS = {"date": "date", "time": "time", "date-time": "date-time", "email": "email", "url": "uri"}


def json_schema(form: Form) -> dict[str, object]:
    """Answer the schema of the form's canonical answers; only fields that are always asked are required there."""
    pages = {name: page for page in form.pages for name in page.fields}
    always = [
        name for name, one in form.fields.items()
        if one.required and not one.show_if and not (name in pages and pages[name].show_if)
    ]  # fmt: skip
    schema = _object(form.fields, always)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _object(fields: Mapping[str, Field], required: list[str]) -> dict[str, object]:
    properties = {name: _property(one) for name, one in fields.items() if one.kind != "info"}
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _property(one: Field) -> dict[str, object]:
    result = _shape(one)
    if one.is_computed:
        result["readOnly"] = True
    if one.default is not None:
        result["default"] = one.default if isinstance(one.default, str | bool | int | list) else str(one.default)
    return result


def _shape(one: Field) -> dict[str, object]:
    if one.kind == "group":
        row = _object(one.fields, [name for name, inner in one.fields.items() if inner.required and not inner.show_if])
        return {"type": "array", "items": row, **_items(one)}
    if one.kind == "files":
        return {"type": "array", "items": _file(one), "maxItems": MAX_FILES, **_items(one)}
    if one.kind == "place":
        return _place(one)
    if one.kind == "choices":
        return {
            "type": "array",
            "uniqueItems": True,
            "items": {"type": "string", "enum": list(one.options)},
            **_items(one),
        }
    if one.kind == "boolean":
        return {"type": "boolean", **({"const": True} if one.must_be_true else {})}
    if one.kind == "integer":
        bounds = {"minimum": one.minimum, "maximum": one.maximum}
        return {"type": "integer", **{key: int(value) for key, value in bounds.items() if value is not None}}
    return _file(one) if one.kind == "file" else _text(one)


def _items(one: Field) -> dict[str, object]:
    return {
        **({"minItems": one.min_items} if one.min_items else {}),
        **({"maxItems": one.max_items} if one.max_items else {}),
    }


def _file(one: Field) -> dict[str, object]:
    kinds = ", ".join(one.accept) or "any type"
    about = f"Id of a document uploaded before; {kinds}, at most {one.max_bytes or MAX_FILE} bytes."
    properties = {
        "document": {"type": "string"},
        "name": {"type": "string"},
        "type": {"type": "string"},
        "size": {"type": "integer"},
    }
    return {"type": "object", "description": about, "properties": properties, "required": ["document"]}


def _place(one: Field) -> dict[str, object]:
    words = {"type": "string", "maxLength": one.max_length or MAX_STRING}
    number = {"type": "string", "pattern": _PATTERNS["number"]}
    properties = {"words": words, "latitude": number, "longitude": number}
    return {"type": "object", "properties": properties, "required": ["words"]}


def _text(one: Field) -> dict[str, object]:
    result: dict[str, object] = {"type": "string"}
    if one.options:
        result["enum"] = list(one.options)
    if one.kind in _STANDARD_FORMATS:
        result["format"] = _STANDARD_FORMATS[one.kind]
    if pattern := _PATTERNS.get(one.kind) or one.pattern:
        result["pattern"] = pattern
    if one.kind in ("string", "text"):
        result |= {
            "minLength": one.min_length,
            "maxLength": one.max_length or (MAX_TEXT if one.kind == "text" else MAX_STRING),
        }
    if one.kind in ("number", "money"):
        result["description"] = f"A decimal number as text{_bounds(one)}."
    return result


def _bounds(one: Field) -> str:
    low = f", at least {one.minimum}" if one.minimum is not None else ""
    return low + (f", at most {one.maximum}" if one.maximum is not None else "")
