"""Forms: what a service asks, and whether an answer can be taken.

Reads a form out of its YAML tree, judges answers against it with plain-language errors in two languages, and turns them
into canonical JSON and back. Pure: documents, tables and the time are handed in.
"""

from balai.engine.forms.browsing import browse, find_unsent
from balai.engine.forms.day_rules import (
    WORKING_DAYS,
    DayRule,
    WorkingDays,
    day_of,
    read_day_rule,
    working_days_function,
)
from balai.engine.forms.field_readers import (
    MAX_FILES,
    WrongValueError,
    as_taken,
    clean_text,
    read_date,
    read_moment,
    read_month,
    read_phone,
    read_time,
)
from balai.engine.forms.form import (
    Check,
    Checked,
    CodeRow,
    CodeTable,
    Field,
    FieldError,
    FileFacts,
    Form,
    FormPage,
    JudgingScope,
    NamedPeople,
    Offered,
)
from balai.engine.forms.form_yaml import form_of, read_form
from balai.engine.forms.glyphs import list_undrawable, name_characters, spell
from balai.engine.forms.hidden import drop_hidden, is_blank
from balai.engine.forms.identifiers import Nik, WrongNumberError, read_kk, read_nik, read_nip, read_npwp
from balai.engine.forms.judging import Filling, fill, narrowed, validate, visible_fields, visible_pages
from balai.engine.forms.messages import MESSAGES, message
from balai.engine.forms.offering import fit_offer, offer_asked, split_rows
from balai.engine.forms.places import FilePlace, files_of, list_files, only_files, put_file
from balai.engine.forms.portable import as_data
from balai.engine.forms.posting import added_to, edit_group, from_post, is_searching, searches_in, takes_away
from balai.engine.forms.schema import json_schema
from balai.engine.forms.showing import (
    format_date,
    format_number,
    from_json,
    holds_numbers,
    mask_number,
    option_name,
    show,
    to_json,
)
from balai.engine.forms.spelling import (
    WORD_FUNCTIONS,
    format_rupiah,
    group_nik,
    name_day,
    ordinal,
    roman,
    spell_date,
    spell_number,
    word_functions,
)

__all__ = [
    "MAX_FILES",
    "MESSAGES",
    "WORD_FUNCTIONS",
    "WORKING_DAYS",
    "Check",
    "Checked",
    "CodeRow",
    "CodeTable",
    "DayRule",
    "Field",
    "FieldError",
    "FileFacts",
    "FilePlace",
    "Filling",
    "Form",
    "FormPage",
    "JudgingScope",
    "NamedPeople",
    "Nik",
    "Offered",
    "WorkingDays",
    "WrongNumberError",
    "WrongValueError",
    "added_to",
    "as_data",
    "as_taken",
    "browse",
    "clean_text",
    "day_of",
    "drop_hidden",
    "edit_group",
    "files_of",
    "fill",
    "find_unsent",
    "fit_offer",
    "form_of",
    "format_date",
    "format_number",
    "format_rupiah",
    "from_json",
    "from_post",
    "group_nik",
    "holds_numbers",
    "is_blank",
    "is_searching",
    "json_schema",
    "list_files",
    "list_undrawable",
    "mask_number",
    "message",
    "name_characters",
    "name_day",
    "narrowed",
    "offer_asked",
    "only_files",
    "option_name",
    "ordinal",
    "put_file",
    "read_date",
    "read_day_rule",
    "read_form",
    "read_kk",
    "read_moment",
    "read_month",
    "read_nik",
    "read_nip",
    "read_npwp",
    "read_phone",
    "read_time",
    "roman",
    "searches_in",
    "show",
    "spell",
    "spell_date",
    "spell_number",
    "split_rows",
    "takes_away",
    "to_json",
    "validate",
    "visible_fields",
    "visible_pages",
    "word_functions",
    "working_days_function",
]
