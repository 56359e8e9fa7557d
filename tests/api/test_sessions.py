"""Users see where they are signed in and end single sessions, with their password; administrators those of others."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import create_app
from api.settings import Settings
from crm.act import Act
from crm.columns import table_of
from crm.tables import AccessToken, Password, Role, TokenKind, User
from planning import passwords
from planning.passwords import digest_of
from planning.sign_in import open_token
from tests.api_users import bearer
from tests.small_plan import NOON

CHOSEN = "seven larks over a field"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1"
sqlite_only = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
PAGE = {"Origin": "http://localhost", "Accept": "text/html"}


class Served:
    """A server whose clock is ours, with anna, who has a password."""

    def __init__(self, record, url):
        self.record, self.now = record, NOON
        self.app = create_app(Settings(database_url=url), clock=lambda: self.now)
        with record.write(Act("tests", "a user", NOON)) as session:
            user = User(name="anna", role=Role.REP, created_at=NOON)
            session.add(user)
            session.flush()
            self.anna = user.id
            session.add(Password(user_id=user.id, hash=digest_of(CHOSEN), one_time=False, changed_at=NOON))

    def browser(self, user_agent):
        """A browser in which anna has signed in just now."""
        client = TestClient(self.app, base_url="http://localhost", follow_redirects=False)
        client.headers.update({"Origin": "http://localhost", "User-Agent": user_agent})
        fields = {"name": "anna", "password": CHOSEN}
        assert client.post("/sign-in", data=fields, headers=PAGE).status_code == 303
        return client

    def foreign(self):
        """An open session of somebody else."""
        bearer(self.record, "ruth", Role.REP)
        with self.record.write() as session:
            ruth = session.scalar(select(table_of(User).c.id).where(table_of(User).c.name == "ruth"))
            open_token(session, ruth, TokenKind.SESSION, "", NOON, NOON + timedelta(days=14))
            own = table_of(AccessToken).c
            return session.scalar(select(own.id).where(own.user_id == ruth, own.kind == TokenKind.SESSION))


@pytest.fixture
def served(record, record_url, monkeypatch):
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr(passwords, "hasher", lambda: cheap)
    made = Served(record, record_url)
    yield made
    made.app.state.database.close()


def listed(client):
    answer = client.get("/api/me/sessions")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def end(client, session_id, **body):
    return client.request("DELETE", f"/api/me/sessions/{session_id}", json=body)


def test_a_session_is_known_by_its_kind_of_browser_and_its_times_and_no_more_is_kept(served):
    desk = served.browser(FIREFOX)
    served.now += timedelta(hours=1)
    phone = served.browser(IPHONE)
    served.now += timedelta(hours=2)
    desk.get("/api/me")
    here, there = listed(phone)
    assert (here["browser"], here["present"], there["browser"], there["present"]) == (
        "Safari, iPhone",
        True,
        "Firefox, Windows",
        False,
    )
    assert [there["created_at"], there["used_at"]] == ["2026-11-23T12:00:00Z", "2026-11-23T15:00:00Z"]
    assert there["expires_at"] == "2026-12-07T12:00:00Z"
    with served.record.read() as session:
        kept = str(session.execute(select(table_of(AccessToken))).all())
    assert "132.0" not in kept and "iPhone OS" not in kept and "testclient" not in kept
    for _ in range(2):
        served.now += timedelta(days=2)
        phone.get("/api/me")
    assert [one["browser"] for one in listed(phone)] == ["Safari, iPhone"], "what was unused for so long has ended"


def test_ending_another_session_takes_the_password_and_a_session(served):
    desk, phone = served.browser(FIREFOX), served.browser(IPHONE)
    other = next(one["id"] for one in listed(desk) if not one["present"])
    assert (end(desk, other).status_code, end(desk, other, password="wrong").status_code) == (409, 409)
    program = {"Authorization": f"Bearer {desk.post('/api/me/tokens', json={'title': 'x'}).json()['token']}"}
    alone = TestClient(served.app, base_url="http://localhost", headers=program)
    assert len(listed(alone)) == 2 and not any(one["present"] for one in listed(alone))
    assert end(alone, other, password=CHOSEN).status_code == 403, "never a token alone"
    assert alone.post("/api/me/sessions/end-others", json={"password": CHOSEN}).status_code == 403
    assert alone.post("/sessions", data={"end": "others", "password": CHOSEN}).status_code == 403
    assert phone.get("/api/me").status_code == 200
    left = end(desk, other, password=CHOSEN)
    assert (left.status_code, [one["present"] for one in left.json()["items"]]) == (200, [True])
    assert (phone.get("/api/me").status_code, desk.get("/api/me").status_code) == (401, 200)
    assert alone.get("/api/me").status_code == 200, "a token for programs is none of them"


@sqlite_only
def test_a_foreign_session_is_answered_as_one_that_is_not_there(served):
    desk, foreign = served.browser(FIREFOX), served.foreign()
    for session_id in (foreign, 77777):
        answer = end(desk, session_id, password=CHOSEN)
        assert (answer.status_code, answer.json()["detail"]) == (404, f"There is no session {session_id}.")
    token_id = desk.post("/api/me/tokens", json={"title": "x"}).json()["id"]
    assert end(desk, token_id, password=CHOSEN).status_code == 404, "a token for programs is no session"


@sqlite_only
def test_ending_the_session_that_asks_is_signing_out(served):
    desk = served.browser(FIREFOX)
    answer = desk.delete(f"/api/me/sessions/{listed(desk)[0]['id']}")
    assert (answer.status_code, answer.json()["items"]) == (200, [])
    assert answer.headers["clear-site-data"] == '"cache", "storage"' and not desk.cookies
    assert desk.get("/api/me").status_code == 401


@sqlite_only
def test_all_others_end_at_once_and_wrong_passwords_make_wait(served):
    desk, phone, third = (served.browser(one) for one in (FIREFOX, IPHONE, "curl/8.5.0"))
    answers = [desk.post("/api/me/sessions/end-others", json={"password": "wrong"}) for _ in range(6)]
    assert [answers[0].status_code, answers[-1].status_code] == [409, 429]
    served.now += timedelta(minutes=16)
    left = desk.post("/api/me/sessions/end-others", json={"password": CHOSEN}).json()["items"]
    assert [(one["browser"], one["present"]) for one in left] == [("Firefox, Windows", True)]
    assert [one.get("/api/me").status_code for one in (desk, phone, third)] == [200, 401, 401]


def test_an_administrator_sees_and_ends_the_sessions_of_a_user(served):
    boss = bearer(served.record, "boss", Role.ADMIN)
    desk, phone = served.browser(FIREFOX), served.browser(IPHONE)
    path = f"/api/users/{served.anna}/sessions"
    admin = TestClient(served.app, base_url="http://localhost", headers=boss)
    found = admin.get(path).json()["items"]
    assert sorted(one["browser"] for one in found) == ["Firefox, Windows", "Safari, iPhone"]
    lost = next(one["id"] for one in found if "iPhone" in one["browser"])
    assert admin.delete(f"{path}/{served.foreign()}").status_code == 404
    assert [one["browser"] for one in admin.delete(f"{path}/{lost}").json()["items"]] == ["Firefox, Windows"]
    assert (desk.get("/api/me").status_code, phone.get("/api/me").status_code) == (200, 401)
    assert (desk.get(path).status_code, admin.get("/api/users/77777/sessions").status_code) == (403, 404)


@sqlite_only
def test_the_page_lists_sessions_and_tokens_and_ends_what_its_button_names(served):
    desk, phone = served.browser(FIREFOX), served.browser(IPHONE)
    token = desk.post("/api/me/tokens", json={"title": "<b>nightly</b>"}).json()
    page = desk.get("/sessions", headers=PAGE)
    assert page.headers["cache-control"] == "no-store"
    assert all(text in page.text for text in ("Firefox, Windows", "(this one)", "Safari, iPhone"))
    assert "&lt;b&gt;nightly" in page.text and "<b>nightly" not in page.text
    other = next(one["id"] for one in listed(desk) if not one["present"])

    def press(**fields):
        answer = desk.post("/sessions", data=fields, headers=PAGE)
        return answer.status_code, answer.text

    for fields in ({"end": str(other)}, {"revoke": str(token["id"]), "password": "wrong"}, {"end": "others"}):
        status, text = press(**fields)
        assert (status, "The password is another one." in text) == (422, True)
    for odd in ("", "x", "-1", "9" * 30, "٣"):
        assert press(end=odd, password=CHOSEN)[0] == 422
    assert phone.get("/api/me").status_code == 200
    status, text = press(end=str(other), password=CHOSEN)
    assert (status, "The session has ended." in text, "iPhone" in text) == (200, True, False)
    assert phone.get("/api/me").status_code == 401
    status, text = press(revoke=str(token["id"]), password=CHOSEN)
    assert (status, "The token has ended." in text, "nightly" in text) == (200, True, False)
