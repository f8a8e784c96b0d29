"""Which way each destination is told by."""

from garrison.adapters.notifications.by_apprise import ByApprise
from garrison.adapters.notifications.findings import FindingsFile, FindingsServer
from garrison.adapters.notifications.sender import DeliveryError, Finding, Sender
from garrison.adapters.notifications.syslog import Syslog
from garrison.adapters.notifications.webhook import Webhook
from garrison.config.notify import DestinationSettings


def sender_for(destination: DestinationSettings, finding: Finding) -> Sender:
    """What tells `destination`. Raises DeliveryError where a secret cannot be had, or a file not be read."""
    if destination.apprise is not None:
        return ByApprise(destination.apprise)
    if destination.webhook is not None:
        return Webhook(destination.webhook)
    if destination.syslog is not None:
        return Syslog(destination.syslog)
    if destination.ocsf is not None:
        own = destination.ocsf
        return FindingsFile(own, finding) if own.file else FindingsServer(own, finding)
    raise DeliveryError("no way is said")
