"""Facts that people write into the journal; payloads hold ids and codes, never names, numbers or addresses."""

PERSON_REGISTERED = "person-registered"  # person, kind
DETAILS_CHANGED = "details-changed"  # person, fields (names of the fields only)
CONTACT_VERIFIED = "contact-verified"  # person, means
INVITED_AGAIN = "invited-again"  # account: an officer who cannot work yet was sent their invitation once more
CAME_BY_PAPER = "came-by-paper"  # account: its password was chosen by a link on paper, which proves no address
IDENTITY_BOUND = "identity-bound"  # person, level, evidence, binding
ACCOUNT_MADE = "account-made"  # account, person
ACCOUNT_RECOVERED = "account-recovered"  # account, recovery, dropped: of second-factors, email, phone
ACCOUNT_FROZEN = "account-frozen"  # account, freeze
ACCOUNT_THAWED = "account-thawed"  # account, freeze
PHONE_RELEASED = "phone-released"  # account
SECOND_FACTOR_REQUIRED = "second-factor-required"  # account
ADMINISTRATOR_MADE = "administrator-made"  # account
MANDATE_INVITED = "mandate-invited"  # invitation, principal, kind
MANDATE_TAKEN_BACK = "mandate-taken-back"  # invitation
MANDATE_OFFERED = "mandate-offered"  # mandate, principal, agent, kind, services
MANDATE_ACCEPTED = "mandate-accepted"  # mandate, at_counter; principal, agent, kind, services when recorded there
MANDATE_REFUSED = "mandate-refused"  # mandate
MANDATE_REVOKED = "mandate-revoked"  # mandate
COUNTER_CODE_MADE = "counter-code-made"  # code
PERSONS_JOINED = "persons-joined"  # kept, gone, mandates (how many went over)
PERSON_ERASED = "person-erased"  # person, mandates (how many ended with it)

TOPIC_MANDATE_INVITED = "people.mandate-invited"  # invitation: somebody typed a contact of who may act for them
TOPIC_MANDATE_OFFERED = "people.mandate-offered"  # mandate
TOPIC_ACCOUNT_RECOVERED = "people.account-recovered"  # recovery
TOPIC_ACCOUNT_FROZEN = "people.account-frozen"  # freeze: an account was frozen, or thawed again
TOPIC_PERSON_ERASED = "people.person-erased"  # person
TOPIC_MANDATE_RECORDED = "people.mandate-recorded"  # mandate: an officer saw the evidence at a counter
TOPIC_IDENTITY_BOUND = "people.identity-bound"  # binding: somebody is more surely known than before
TOPIC_PERSONS_JOINED = "people.persons-joined"  # kept, gone: what was the one's is the other's from now on

PERSONAL_KEYS: frozenset[str] = frozenset()
