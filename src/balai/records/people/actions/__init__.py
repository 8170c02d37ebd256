"""Every write of people: accounts, persons, identity, mandates, the first administrator; one deed each."""

from balai.records.people.actions.accounts import (
    accept_invitation,
    attach_account,
    create_account,
    demand_second_factor,
    invite_again,
    owe_message,
    release_phone,
    write_invitation,
)
from balai.records.people.actions.freezing import freeze_account, unfreeze_account
from balai.records.people.actions.identity import (
    bind_account,
    bind_identity,
    bind_national_identity,
    know_by_card,
    make_counter_code,
)
from balai.records.people.actions.mandates import (
    accept_mandate,
    confirm_mandate,
    invite_agent,
    offer_mandate,
    pass_on_invitation,
    record_mandate,
    refuse_mandate,
    revoke_mandate,
    take_back_invitation,
)
from balai.records.people.actions.officials import note_official, read_official
from balai.records.people.actions.persons import (
    change_details,
    erase_again,
    erase_person,
    note_contact_verified,
    prepare_person,
    register_person,
)
from balai.records.people.actions.recovery import recover_account
from balai.records.people.actions.setup import claim_setup, issue_setup_token

__all__ = [
    "accept_invitation",
    "accept_mandate",
    "attach_account",
    "bind_account",
    "bind_identity",
    "bind_national_identity",
    "change_details",
    "claim_setup",
    "confirm_mandate",
    "create_account",
    "demand_second_factor",
    "erase_again",
    "erase_person",
    "freeze_account",
    "invite_again",
    "invite_agent",
    "issue_setup_token",
    "know_by_card",
    "make_counter_code",
    "note_contact_verified",
    "note_official",
    "offer_mandate",
    "owe_message",
    "pass_on_invitation",
    "prepare_person",
    "read_official",
    "record_mandate",
    "recover_account",
    "refuse_mandate",
    "register_person",
    "release_phone",
    "revoke_mandate",
    "take_back_invitation",
    "unfreeze_account",
    "write_invitation",
]
