"""Forms: what a service asks, and whether an answer can be taken.

Reads a form out of its YAML tree, judges answers against it with plain-language errors in two languages, and turns them
into canonical JSON and back. Pure: documents, tables and the time are handed in.
"""

from balai.engine.forms.form import (
    Check,
    Checked,
    Field,
    FieldError,
    FileFacts,
    Form,
    Page,
    Row,
    Scope,
    Table,
)
from balai.engine.forms.glyphs import list_undrawable, name_characters, spell
from balai.engine.forms.hidden import drop_hidden, is_blank
from balai.engine.forms.identifiers import Nik, WrongNumberError, read_kk, read_nik, read_nip, read_npwp
from balai.engine.forms.judging import validate, visible_fields, visible_pages
from balai.engine.forms.messages import MESSAGES, message
from balai.engine.forms.plain import as_data
from balai.engine.forms.posting import added_to, edit_group, from_post
from balai.engine.forms.reading import form_of, read_form
from balai.engine.forms.schema import json_schema
from balai.engine.forms.showing import format_date, format_number, from_json, option_name, show, to_json
from balai.engine.forms.values import WrongValueError, as_taken, clean_text, read_date, read_phone

__all__ = [
    "MESSAGES",
    "Check",
    "Checked",
    "Field",
    "FieldError",
    "FileFacts",
    "Form",
    "Nik",
    "Page",
    "Row",
    "Scope",
    "Table",
    "WrongNumberError",
    "WrongValueError",
    "added_to",
    "as_data",
    "as_taken",
    "clean_text",
    "drop_hidden",
    "edit_group",
    "form_of",
    "format_date",
    "format_number",
    "from_json",
    "from_post",
    "is_blank",
    "json_schema",
    "list_undrawable",
    "message",
    "name_characters",
    "option_name",
    "read_date",
    "read_form",
    "read_kk",
    "read_nik",
    "read_nip",
    "read_npwp",
    "read_phone",
    "show",
    "spell",
    "to_json",
    "validate",
    "visible_fields",
    "visible_pages",
]
