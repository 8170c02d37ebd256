from django.apps import AppConfig


class IssuingConfig(AppConfig):
    name = "balai.casework.issuing"
    label = "issuing"

    def ready(self) -> None:
        """Make the refusals, the signers and the listeners known."""
        from balai.casework.issuing import errors, listeners, signing  # noqa: F401
