"""A process that delivers what is in an outbox to a webhook, until it is killed: database, URL, secret in hex."""

import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bot.handoff.delivery import Courier
from bot.handoff.desks.webhook import WebhookDesk
from bot.handoff.outgoing import Outgoing
from bot.storage.database import open_database


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    path, url, secret = sys.argv[1:]
    desk = WebhookDesk(Outgoing({url.split("//")[1]}), url, [bytes.fromhex(secret)], _now)
    courier = Courier(open_database(Path(path)), [desk], _now, random.random, poll_seconds=0.01, claim_seconds=0.5)
    courier.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    time.sleep(300)
