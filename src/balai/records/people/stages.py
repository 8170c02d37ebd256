"""Steps of signing in that differ from allauth's own."""

from typing import Any

from allauth.account.app_settings import AppSettings
from allauth.account.internal.flows.email_verification import send_verification_email_at_login
from allauth.account.stages import EmailVerificationStage

from balai.records.people import queries


class VerifyGivenEmail(EmailVerificationStage):  # type: ignore[misc]
    """Demand that an e-mail address is verified, of whoever gave one.

    allauth knows only "everybody must have an e-mail" and "nobody need verify it". Here a phone alone suffices, but an
    address that was given must be proved before the first sign-in: otherwise somebody could sit on a stranger's.
    """

    def handle(self) -> Any:
        """Send the link and wait, unless there is no address, it is verified, or they came by an invitation on paper."""
        if self.login.user is not None and queries.owes_address(self.login.user.pk):
            send_verification_email_at_login(self.request, self.login)  # they may work meanwhile
            return None, True
        has_email = self.login.email or (self.login.user is not None and self.login.user.email)
        method = AppSettings.EmailVerificationMethod
        self.login.email_verification = method.MANDATORY if has_email else method.NONE
        return super().handle()
