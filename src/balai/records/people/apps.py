from django.apps import AppConfig

from balai.records import errors  # noqa: F401  # adds this floor's refusals to the table of all


class PeopleConfig(AppConfig):
    name = "balai.records.people"
    label = "people"

    def ready(self) -> None:
        """Hear when an e-mail address was verified, and when somebody signed in; have allauth's rows marked as our own."""
        from allauth.account.models import EmailAddress
        from allauth.mfa.models import Authenticator

        from balai.base import marks
        from balai.records.people import listeners, sessions  # noqa: F401

        for model in (EmailAddress, Authenticator):
            marks.watch(model)
