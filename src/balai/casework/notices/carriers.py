"""The ports by which notices leave: mail over SMTP, SMS over an HTTP gateway, a mailbox page in the demonstration.

Each `send` gives the carrier's receipt, raises `Refused` when trying again cannot help (a wrong address), and anything else when
it may. `key` is the notice's or the dispatch's id: a carrier that can, drops a repeat of the same key.
"""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from django.conf import settings

from balai.base import later, plugs
from balai.base.post import Parcel, Refused

if TYPE_CHECKING:
    import httpx
else:
    httpx = later.module("httpx")


class Carrier(Protocol):
    def send(self, parcel: Parcel) -> str: ...


@plugs.adapter("mail", "smtp")
class SmtpMail:
    """Mail over SMTP with STARTTLS or TLS as the settings say, and deadlines of its own."""

    def send(self, parcel: Parcel) -> str:
        """Hand a mail to the server: one conversation, closed properly."""
        message = EmailMessage()
        message["From"] = settings.BALAI_MAIL_FROM
        message["To"] = parcel.to
        message["Subject"] = parcel.subject
        message["Date"] = formatdate(localtime=True)
        domain = settings.BALAI_MAIL_FROM.rpartition("@")[2].strip("> ") or "localhost"
        message["Message-ID"] = f"<{parcel.key}@{domain}>"  # the same on every attempt, so a repeat can be dropped
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(parcel.body)
        message["Content-Language"] = parcel.language  # after the content, which takes away what was said of another
        try:
            with self._connect() as server:
                refused = server.send_message(message)
                return f"250 {message['Message-ID']}" if not refused else str(refused)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as error:
            raise _permanent(error) from error
        except smtplib.SMTPResponseException as error:
            if 500 <= error.smtp_code < 600 and error.smtp_code not in (530, 535):
                raise Refused(f"{error.smtp_code} {error.smtp_error!r}") from error
            raise

    def _connect(self) -> smtplib.SMTP:
        host, port = settings.BALAI_SMTP_HOST, settings.BALAI_SMTP_PORT
        if settings.BALAI_SMTP_TLS == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=20, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(host, port, timeout=20)
            if settings.BALAI_SMTP_TLS == "starttls":
                server.starttls(context=ssl.create_default_context())
        if settings.BALAI_SMTP_USER:
            server.login(settings.BALAI_SMTP_USER, settings.BALAI_SMTP_PASSWORD)
        return server


def _permanent(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPSenderRefused) -> Exception:
    """Tell a refusal for good (5xx) from one for now (4xx, greylisting)."""
    codes = (
        [code for code, _ in error.recipients.values()]
        if isinstance(error, smtplib.SMTPRecipientsRefused)
        else [error.smtp_code]
    )
    return Refused(str(error)) if all(500 <= code < 600 for code in codes) else OSError(str(error))


@plugs.adapter("sms", "http")
class HttpSms:
    """SMS over a gateway with a JSON API: POST {to, text, key} with a bearer token; 2xx {"id": …}, 4xx refused, else again."""

    def account(self) -> tuple[str, str, str]:
        """Give address, token and sender's name."""
        return settings.BALAI_SMS_URL, settings.BALAI_SMS_TOKEN, settings.BALAI_SMS_SENDER

    def send(self, parcel: Parcel) -> str:
        """Hand a text to the gateway; the key lets it drop a repeat."""
        url, token, sender = self.account()
        answer = httpx.post(
            url,
            json={"to": parcel.to, "text": parcel.body, "sender": sender, "key": str(parcel.key)},
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(parcel.key)},
            timeout=httpx.Timeout(15, connect=5),
        )
        if answer.status_code in (400, 404, 422):
            raise Refused(f"{answer.status_code} {answer.text[:200]}")
        answer.raise_for_status()
        return str(answer.json().get("id", ""))[:200]


@plugs.adapter("sms:second", "http")
class SecondSms(HttpSms):
    """The gateway that is asked when the first one fails: the same API at another address."""

    def account(self) -> tuple[str, str, str]:
        """Give address, token and sender's name of the second."""
        return settings.BALAI_SMS_SECOND_URL, settings.BALAI_SMS_SECOND_TOKEN, settings.BALAI_SMS_SECOND_SENDER


@plugs.adapter("mail", "demo")
@plugs.adapter("sms", "demo")
@plugs.adapter("sms:second", "demo")
class DemoMailbox:
    """The demonstration's mailbox: each parcel becomes a file that the mailbox page shows; nothing leaves the machine."""

    def send(self, parcel: Parcel) -> str:
        """Write the parcel to the mailbox folder; the same key overwrites itself."""
        folder = Path(settings.BALAI_HOME) / "mailbox"
        folder.mkdir(exist_ok=True)
        name = f"{parcel.key}.txt"
        temporary = folder / f".{name}"
        temporary.write_text(f"To: {parcel.to}\nSubject: {parcel.subject}\n\n{parcel.body}\n", encoding="utf-8")
        temporary.rename(folder / name)
        return "demo"


@plugs.adapter("mail", "failing")
@plugs.adapter("sms", "failing")
@plugs.adapter("sms:second", "failing")
class FailingCarrier:
    """A carrier that is down, so that the failure path can be tried by hand."""

    def send(self, parcel: Parcel) -> str:
        """Fail as an unreachable server does."""
        raise ConnectionError("the carrier is set to `failing`")
