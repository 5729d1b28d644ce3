"""Calling out as a running part of the centre: store, senders, notifier and contacts, put together."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tocsin.centre.law import Law
from tocsin.centre.metrics import Metrics
from tocsin.centre.notify.contacts import Contacts
from tocsin.centre.notify.model import Channel
from tocsin.centre.notify.notifier import Confirmed, Notifier, Office
from tocsin.centre.notify.senders import MailSender, Sender, WebhookSender
from tocsin.centre.notify.store import NotifyStore
from tocsin.centre.settings import Settings


def senders_of(settings: Settings) -> dict[Channel, Sender]:
    """The channels that the settings open."""
    found: dict[Channel, Sender] = {}
    if settings.mail is not None:
        found["mail"] = MailSender(settings.mail)
    if settings.webhook:
        found["webhook"] = WebhookSender(settings.webhook)
    return found


class Callouts:
    """The notices of one centre. `contacts` is what its seats keep; `start` and `close` are its life."""

    def __init__(
        self,
        office: Office,
        law: Law,
        confirmed: Confirmed,
        settings: Settings,
        metrics: Metrics,
        *,
        path: Path | None = None,
        senders: Mapping[Channel, Sender] | None = None,
    ) -> None:
        channels = senders_of(settings) if senders is None else senders
        self.store = NotifyStore(path)
        self.contacts = Contacts(office, law, self.store, channels)
        self.notifier = Notifier(office, self.store, confirmed, channels, metrics, url=settings.listen.public_url)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Follow the feeds from here on."""
        self._task = asyncio.create_task(self.notifier.run(), name="notifier")

    @property
    def is_running(self) -> bool:
        """Whether it follows the feeds: it ends by `close` alone, or by a fault of ours."""
        return self._task is not None and not self._task.done()

    async def close(self) -> None:
        """Stop. What is on its way is sent again after the next start, under the same id."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self.notifier.close()
        self.store.close()
