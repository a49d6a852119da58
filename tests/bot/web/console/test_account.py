from bot.staffed import StaffedFootnote
from bot.storage.audit import audit_entries
from tests.bot.web.console.conftest import Seat

ACCOUNT = "/console/account"


def test_an_account_says_who_one_is(ada: Seat, bo: Seat) -> None:
    own = ada.get(ACCOUNT)
    assert own.status_code == 200
    for words in ("Ada L.", "<strong>admin</strong>", "with one-time logins only", "Choose a password"):
        assert words in own.text
    assert "<strong>agent</strong>: answers customers" in bo.get(ACCOUNT).text
    assert own.text.count("last in use") == 1


def test_one_signs_out_everywhere(ada: Seat, bo: Seat, footnote: StaffedFootnote) -> None:
    left = ada.post(f"{ACCOUNT}/sign-out-everywhere")
    assert (left.status_code, left.headers["location"]) == (303, "/console/sign-in")
    assert "footnote_agent=" in left.headers["set-cookie"]
    assert "/console/sign-in" in str(ada.get(ACCOUNT).url)
    assert bo.get(ACCOUNT).status_code == 200
    (entry,) = audit_entries(footnote.database, 9, action="signed_out_everywhere")
    assert (entry.agent, entry.object, entry.detail) == ("ada", "ada", {"sessions": 1})
