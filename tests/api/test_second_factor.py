"""Signing in with a code besides the password: taken once, guessed slowly, wanted of those of whom it is wanted."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import create_app
from api.settings import Settings
from crm.act import Act
from crm.columns import table_of
from crm.tables import AccessToken, RecoveryCode, Role, SecondFactor, SignInStep
from planning import passwords
from planning.sealed import unseal
from planning.totp import as_text, code_of, step_at
from planning.users import NewUser, add_user
from tests.api_users import bearer
from tests.small_plan import NOON

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
BROWSER = {"Authorization": "", "Origin": "http://localhost", "Accept": "text/html"}
CHOSEN = "seven larks over a field"
KEY = "9tYc0m1nOq7Zr4WbXe2uKp5sLd8fGh3j"


class Served:
    """A server whose clock is ours, with a user anna who has chosen a password."""

    def __init__(self, record, url, role, **settings):
        self.record, self.now = record, NOON
        app = create_app(Settings(database_url=url, **settings), clock=lambda: self.now)
        self.client = TestClient(app, base_url="http://localhost", follow_redirects=False)
        with record.write(Act("tests", "a user", NOON)) as session:
            first = add_user(session, NewUser("anna", role), now=NOON)[1]
        self.boss = bearer(record, "boss", Role.ADMIN)
        assert self.post("/sign-in", name="anna", password=first).status_code == 303
        assert self.post("/password", old=first, new=CHOSEN, again=CHOSEN).status_code == 303

    def post(self, path, **fields):
        return self.client.post(path, data=fields, headers=BROWSER)

    def look(self, path):
        return self.client.get(path, headers=BROWSER)

    def secret(self):
        with self.record.read() as session:
            return unseal(session.scalar(select(table_of(SecondFactor).c.secret)), KEY)

    def code(self, later=0):
        return code_of(self.secret(), step_at(self.now) + later)

    def later(self, **time):
        self.now += timedelta(**time)

    def enrol(self):
        """Set up the second factor by the page; the recovery codes."""
        begun = self.post("/second-factor", do="begin", password=CHOSEN)
        assert as_text(self.secret()) in begun.text and begun.headers["cache-control"] == "no-store"
        assert "QR code" in begun.text
        done = self.post("/second-factor", do="confirm", code=self.code())
        assert done.status_code == 200, done.text
        return re.findall(r"<code>([A-Z2-7-]{29})</code>", done.text)

    def first_step(self):
        """Name and password; what the form for the code holds."""
        answer = self.post("/sign-in", name="anna", password=CHOSEN, next="/map")
        assert answer.status_code == 200 and "set-cookie" not in answer.headers
        return re.search(r'name="step" value="([^"]+)"', answer.text)[1]


@pytest.fixture(autouse=True)
def cheap_digests(monkeypatch):
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr(passwords, "hasher", lambda: cheap)


@pytest.fixture
def served(record, record_url):
    one = Served(record, record_url, Role.MANAGER, secret_key=KEY)
    yield one
    one.client.close()


def test_a_session_takes_a_code_that_is_good_once(served):
    codes = served.enrol()
    assert len(set(codes)) == 10
    with served.record.read() as session:
        kept = session.execute(select(table_of(SecondFactor))).one()
        assert as_text(served.secret()).replace(" ", "") not in kept.secret and kept.secret.startswith("1:")
        assert not set(codes) & set(session.scalars(select(table_of(RecoveryCode).c.digest)))
    used = served.code()
    step = served.first_step()
    assert served.post("/sign-in", step=step, code=used).status_code == 403  # it confirmed the second factor
    served.later(seconds=30)
    assert served.post("/sign-in", step=step, code=used).status_code == 403
    answer = served.post("/sign-in", step=step, code=f" {served.code()[:3]} {served.code()[3:]} ", next="/map")
    assert (answer.status_code, answer.headers["location"]) == (303, "/map") and "set-cookie" in answer.headers
    assert served.post("/sign-in", step=step, code=served.code(1)).status_code == 403  # a step is good once, too
    assert served.post("/sign-in", step=served.first_step(), code=served.code()).status_code == 403
    step = served.first_step()
    served.later(minutes=6)
    late = served.post("/sign-in", step=step, code=served.code())
    assert late.status_code == 403 and "too long" in late.text


def test_a_recovery_code_lets_in_once(served):
    codes = served.enrol()
    for code, status in ((codes[0].lower(), 303), (codes[0], 403), (codes[1].replace("-", " "), 303), ("A" * 16, 403)):
        assert served.post("/sign-in", step=served.first_step(), code=code).status_code == status, code
    served.later(minutes=1)
    page = served.look("/second-factor")
    assert "8 recovery codes are left" in page.text
    renewed = served.post("/second-factor", do="renew", code=served.code())
    fresh = re.findall(r"<code>([A-Z2-7-]{29})</code>", renewed.text)
    assert len(fresh) == 10 and not set(fresh) & set(codes)
    assert served.post("/sign-in", step=served.first_step(), code=codes[2]).status_code == 403
    assert served.post("/second-factor", do="remove", code=fresh[0]).status_code == 200
    assert served.post("/sign-in", name="anna", password=CHOSEN).status_code == 303


def test_codes_are_guessed_as_slowly_as_passwords(served):
    served.enrol()
    step = served.first_step()
    served.later(minutes=1)
    said = [served.post("/sign-in", step=step, code=f"{n:06}").status_code for n in range(7)]
    assert said[:5] == [403] * 5 and 429 in said[5:]
    assert served.post("/sign-in", step=step, code=served.code()).status_code == 429
    assert served.post("/sign-in", name="anna", password=CHOSEN).status_code == 429
    served.later(minutes=3)
    assert served.post("/sign-in", step=step, code=served.code()).status_code == 303


def test_a_password_is_asked_before_and_nothing_counts_until_a_code_was_shown(served):
    assert served.post("/second-factor", do="begin", password="wrong").status_code == 422
    assert served.post("/second-factor", do="confirm", code="123456").status_code == 422
    served.post("/second-factor", do="begin", password=CHOSEN)
    served.client.post("/sign-out", headers=BROWSER)
    assert served.post("/sign-in", name="anna", password=CHOSEN).status_code == 303
    served.later(hours=1)
    assert served.post("/second-factor", do="confirm", code=served.code()).status_code == 422
    other = TestClient(served.client.app, base_url="http://localhost", follow_redirects=False)
    other.post("/sign-in", data={"name": "anna", "password": CHOSEN}, headers=BROWSER)
    served.enrol()
    assert other.get("/map", headers=BROWSER).headers["location"].startswith("/sign-in")
    assert served.look("/api/me").status_code == 200
    assert served.post("/second-factor", do="begin", password=CHOSEN).status_code == 422


def test_those_of_whom_it_is_wanted_set_it_up_before_anything_else(record, record_url):
    served = Served(record, record_url, Role.ADMIN, secret_key=KEY, second_factor_for=("admin",))
    sent = served.look("/map")
    assert (sent.status_code, sent.headers["location"]) == (303, "/second-factor?next=%2Fmap")
    asked = served.client.get("/api/accounts", headers={"Sec-Fetch-Site": "same-origin"})
    assert asked.status_code == 403 and "second factor" in asked.json()["detail"]
    assert "your role" in served.look("/second-factor").text
    codes = served.enrol()
    assert served.look("/api/me").status_code == 200
    assert served.post("/second-factor", do="remove", code=codes[0]).status_code == 200
    assert served.look("/map").status_code == 303
    assert served.client.get("/api/users", headers=served.boss).status_code == 200  # a program's token goes on
    served.client.close()


def test_the_api_tells_no_secret_twice_and_an_admin_helps_who_lost_it(served):
    anna = {"Sec-Fetch-Site": "same-origin"}
    path = "/api/me/second-factor"
    assert served.client.post(path, json={"password": "wrong"}, headers=anna).status_code == 409
    begun = served.client.post(path, json={"password": CHOSEN}, headers=anna)
    assert begun.status_code == 201 and begun.json()["link"].startswith("otpauth://totp/Bailiwick%20localhost%3Aanna?")
    assert begun.json()["secret"] == as_text(served.secret())
    codes = served.client.post(f"{path}/confirm", json={"code": served.code()}, headers=anna).json()["recovery_codes"]
    seen = served.client.get(path, headers=anna)
    assert (seen.json()["on"], seen.json()["recovery_codes"]) == (True, 10)
    for body in (
        seen,
        served.client.get("/api/me", headers=anna),
        served.client.get("/api/users", headers=served.boss),
    ):
        assert as_text(served.secret())[:9] not in body.text and codes[0] not in body.text
    users = served.client.get("/api/users", headers=served.boss).json()["items"]
    (number,) = [one["id"] for one in users if one["name"] == "anna"]
    reset = f"/api/users/{number}/second-factor/reset"
    assert served.client.post(reset, json={}, headers=anna).status_code == 403
    assert served.client.post(reset, json={"why": "lost"}, headers=served.boss).json()["on"] is False
    assert served.client.get(path, headers=anna).status_code == 401
    assert served.post("/sign-in", name="anna", password=CHOSEN).status_code == 303
    with served.record.read() as session:
        for model in (RecoveryCode, SignInStep, SecondFactor):
            assert session.execute(select(table_of(model))).first() is None
        assert session.execute(select(table_of(AccessToken).c.kind)).all()


def test_without_the_key_codes_are_refused_and_recovery_codes_are_not(record, record_url):
    served = Served(record, record_url, Role.MANAGER, secret_key=KEY)
    codes = served.enrol()
    served.client.app.state.settings = Settings(
        database_url=record_url, secret_key="another key that is not the one of before"
    )
    served.later(minutes=1)
    assert served.post("/sign-in", step=served.first_step(), code=served.code()).status_code == 403
    assert served.post("/sign-in", step=served.first_step(), code=codes[0]).status_code == 303
    served.client.close()
