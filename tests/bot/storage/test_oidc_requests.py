from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import func, select

from bot.storage.database import Database
from bot.storage.oidc_requests import LIFETIME, OidcRequest, keep_request, take_request
from bot.storage.schema import oidc_requests

REQUEST = OidcRequest("nonce", "verifier", "/console/")


def test_a_sign_in_comes_back_once(database: Database, now: datetime) -> None:
    keep_request(database, "state", REQUEST, now)
    assert take_request(database, "another", now) is None
    assert take_request(database, "state", now) == REQUEST
    assert take_request(database, "state", now) is None


def test_of_many_at_once_one_comes_back(database: Database, now: datetime) -> None:
    keep_request(database, "state", REQUEST, now)
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: take_request(database, "state", now), range(8)))
    assert taken.count(REQUEST) == 1


def test_a_sign_in_gets_old_and_is_forgotten(database: Database, now: datetime) -> None:
    keep_request(database, "state", REQUEST, now)
    assert take_request(database, "state", now + LIFETIME) is None
    keep_request(database, "older", REQUEST, now)
    keep_request(database, "newer", REQUEST, now + LIFETIME + timedelta(seconds=1))
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(oidc_requests)) == 1
