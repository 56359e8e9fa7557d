"""Signing in, sessions, passwords, tokens, and users' administration."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from typer.testing import CliRunner

from api.app import create_app
from api.cli import app as commands
from api.logs import JsonLines
from api.settings import Settings
from api.signed_in import COOKIE
from crm.act import Act
from crm.columns import table_of
from crm.tables import AccessToken, Change, Password, Role, TokenKind, User
from planning import passwords
from planning.passwords import check_new_password, digest_of, is_right, one_time_password
from planning.record_errors import RefusedError
from planning.sign_in import open_token
from planning.users import NewUser, add_user
from tests.api_users import bearer
from tests.small_plan import NOON

CHOSEN = "seven larks over a field"
BROWSER = {"Authorization": "", "Origin": "http://localhost", "Accept": "text/html"}


@pytest.fixture(autouse=True)
def cheap_digests(monkeypatch):
    """Digests of the same kind that take a millisecond: what they cost is a matter of the parameters alone."""
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr(passwords, "hasher", lambda: cheap)


@pytest.fixture
def anna(site):
    """The first password of a manager."""
    with site.record.write(Act("tests", "a user", NOON)) as session:
        return add_user(session, NewUser("Anna", Role.MANAGER, "Anna Berg"), now=NOON)[1]


def post(site, path, **fields):
    return site.client.post(path, data=fields, headers=BROWSER, follow_redirects=False)


def look(site, path):
    return site.client.get(path, headers=BROWSER, follow_redirects=False)


def choose(site, one_time, new=CHOSEN):
    assert post(site, "/sign-in", name="anna", password=one_time, next="/map").status_code == 303
    return post(site, "/password", old=one_time, new=new, again=new, next="/map")


def test_a_page_sends_whoever_is_not_signed_in_to_sign_in_and_back(site, anna):
    sent = look(site, "/map?plan=1")
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=%2Fmap%3Fplan%3D1")
    form = look(site, sent.headers["location"])
    assert 'value="/map?plan=1"' in form.text and "form-action 'self'" in form.headers["content-security-policy"]
    answer = post(site, "/sign-in", name=" ANNA ", password=anna, next="/map?plan=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/map?plan=1")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "secure" not in cookie


def test_a_password_that_was_made_for_somebody_has_to_be_changed_first(site, anna):
    post(site, "/sign-in", name="anna", password=anna, next="/")
    assert look(site, "/map").headers["location"] == "/password?next=%2Fmap"
    refused = site.client.get("/api/me", headers={"Authorization": ""})
    assert (refused.status_code, refused.json()["title"]) == (403, "Forbidden")
    for new, again, words in (
        ("short", "short", "12 to 200"),
        (CHOSEN, "other", "not the same"),
        (anna, anna, "the old one"),
        ("password12345", "password12345", "first that somebody would try"),
    ):
        answer = post(site, "/password", old=anna, new=new, again=again, next="/")
        assert (answer.status_code, words in answer.text) == (422, True), answer.text
    assert post(site, "/password", old="wrong", new=CHOSEN, again=CHOSEN).status_code == 422
    assert post(site, "/password", old=anna, new=CHOSEN, again=CHOSEN, next="/map").status_code == 303
    assert site.client.get("/api/me", headers={"Authorization": ""}).json()["name"] == "anna"


def test_a_wrong_name_and_a_wrong_password_are_told_alike(site, anna):
    texts = set()
    for name, word in (("anna", "wrong"), ("nobody", "wrong"), ("anna", ""), ("", anna), ("anna", "x" * 9000)):
        answer = post(site, "/sign-in", name=name, password=word)
        assert answer.status_code == 403
        texts.add(answer.text.partition('role="alert">')[2].partition("<")[0])
    assert texts == {"Name and password do not belong together."}


def test_after_five_failures_even_the_right_password_waits_longer_each_time(site, anna):
    for _ in range(5):
        assert post(site, "/sign-in", name="anna", password="wrong").status_code == 403
    waits = []
    for _ in range(3):
        answer = post(site, "/sign-in", name="anna", password=anna)
        assert answer.status_code == 429
        waits.append(int(answer.headers["retry-after"]))
        site.moment[0] += timedelta(seconds=waits[-1])
        assert post(site, "/sign-in", name="anna", password="wrong").status_code == 403
    assert waits == [5, 9, 17]
    site.moment[0] += timedelta(minutes=15)
    assert post(site, "/sign-in", name="anna", password=anna).status_code == 303


def test_a_session_ends_when_it_is_old_unused_or_signed_out(site, anna):
    choose(site, anna)
    me = lambda: site.client.get("/api/me", headers={"Authorization": ""}).status_code  # noqa: E731
    for _ in range(6):
        site.moment[0] += timedelta(days=2)
        assert me() == 200
    site.moment[0] += timedelta(days=2)
    assert me() == 401  # fourteen days after it began
    post(site, "/sign-in", name="anna", password=CHOSEN)
    site.moment[0] += timedelta(days=3, minutes=1)
    assert me() == 401  # unused
    post(site, "/sign-in", name="anna", password=CHOSEN)
    old = dict(site.client.cookies)
    assert post(site, "/sign-out").status_code == 200
    site.client.cookies.update(old)
    assert me() == 401


def test_a_changed_password_ends_every_other_session(site, anna):
    choose(site, anna)
    other = dict(site.client.cookies)
    site.client.cookies.clear()
    post(site, "/sign-in", name="anna", password=CHOSEN)
    new = "eight owls in an old barn"
    assert post(site, "/password", old=CHOSEN, new=new, again=new).status_code == 303
    assert site.client.get("/api/me", headers={"Authorization": ""}).status_code == 200
    site.client.cookies.clear()
    site.client.cookies.update(other)
    assert site.client.get("/api/me", headers={"Authorization": ""}).status_code == 401


def test_a_session_changes_something_only_from_our_own_pages(site, anna):
    choose(site, anna)
    body = {"title": "export"}
    for headers, status in (
        ({}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost"}, 201),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
    ):
        answer = site.client.post("/api/me/tokens", json=body, headers={"Authorization": ""} | headers)
        assert answer.status_code == status, (headers, answer.text)


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "\\\\evil", "/a\nb", ""],
)
def test_signing_in_leads_to_no_other_site(site, anna, path):
    answer = post(site, "/sign-in", name="anna", password=anna, next=path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_passwords_are_taken_only_over_https_from_afar(site, anna, monkeypatch):
    headers = BROWSER | {"Host": "localhost"}
    assert site.client.post("/sign-in", data={"name": "anna", "password": anna}, headers=headers).status_code < 400
    monkeypatch.setattr("api.pages_sign_in.is_loopback", lambda host: False)
    answer = post(site, "/sign-in", name="anna", password=anna)
    assert (answer.status_code, "only over HTTPS" in answer.text) == (403, True)


def test_the_log_says_who_signed_in_and_what_was_refused_but_nothing_that_was_typed(site, anna, caplog):
    caplog.set_level("INFO", "bailiwick.security")
    post(site, "/sign-in", name="anna", password="hunter-2-hunter-2")
    post(site, "/sign-in", name=anna, password="x")
    post(site, "/sign-in", name=" Anna ", password=anna)
    choose(site, anna)
    post(site, "/sign-out")
    site.client.get("/api/accounts", headers={"Authorization": "Bearer bw_wrong-one"})
    site.client.get("/api/users", headers=bearer(site.record, "ruth", Role.PLANNER))
    lines = [one for one in caplog.records if one.name == "bailiwick.security"]
    said = [(one.levelname, one.facts["event"], one.facts.get("user", "")) for one in lines]
    assert said[:3] == [
        ("WARNING", "wrong name or password", "anna"),
        ("WARNING", "wrong name or password", ""),
        ("INFO", "signed in", "anna"),
    ]
    assert [event for _, event, _ in said[3:]][-4:] == [
        "password changed",
        "signed out",
        "token not good",
        "not allowed",
    ]
    assert said[-1][0] == "WARNING" and isinstance(said[-1][2], int), "who tried"
    text = " ".join(JsonLines().format(one) for one in lines)
    assert not any(secret in text for secret in (anna, "hunter", "wrong-one", CHOSEN))


def test_over_tls_the_cookie_is_of_this_host_alone_and_a_new_one_ends_the_old(record, record_url):
    for url, name, path in (
        ("https://sales.example.org", "__Host-bailiwick_session", "/"),
        ("https://sales.example.org/crm", "__Secure-bailiwick_session", "/crm"),
    ):
        with record.write(Act("tests", "a user", NOON)) as session:
            first = add_user(session, NewUser(f"u{len(path)}", Role.REP, ""), now=NOON)[1]
        app = create_app(Settings(database_url=record_url, public_url=url), clock=lambda: NOON)
        with TestClient(app, base_url="https://sales.example.org") as client:
            told = {
                "data": {"name": f"u{len(path)}", "password": first},
                "headers": {"Origin": "https://sales.example.org"},
            }
            root = path.rstrip("/")
            answer = client.post(f"{root}/sign-in", **told, follow_redirects=False)
            cookie = answer.headers["set-cookie"]
            assert cookie.startswith(f"{name}=bw_") and f"Path={path};" in f"{cookie};", cookie
            assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=lax"))
            assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
            old = dict(client.cookies)[name]
            client.post(f"{root}/sign-in", **told, follow_redirects=False)
            assert dict(client.cookies)[name] != old
            for secret, status in ((old, 401), (dict(client.cookies)[name], 403)):  # the password is to be changed
                stolen = TestClient(app, base_url="https://sales.example.org", cookies={name: secret})
                assert stolen.get(f"{root}/api/accounts").status_code == status
            plain = TestClient(app, base_url="https://sales.example.org", cookies={"bailiwick_session": secret})
            assert plain.get(f"{root}/api/accounts").status_code == 401, "planted by a neighbour"


def test_a_token_works_until_it_is_revoked_or_old_and_is_kept_nowhere(site):
    headers = bearer(site.record, "ruth", Role.PLANNER)
    asked = {"title": "export", "days": 10}
    assert site.client.post("/api/me/tokens", json=asked, headers=headers).status_code == 403, "a token makes no other"
    with site.record.write() as session:
        ruth = session.scalar(select(table_of(User).c.id).where(table_of(User).c.name == "ruth"))
        cookie = open_token(session, ruth, TokenKind.SESSION, "", NOON, NOON + timedelta(days=1))
    signed_in = {"Authorization": "", "Cookie": f"{COOKIE}={cookie}", "Sec-Fetch-Site": "same-origin"}
    made = site.client.post("/api/me/tokens", json=asked, headers=signed_in)
    assert made.status_code == 201
    own = {"Authorization": f"Bearer {made.json()['token']}"}
    assert site.client.get("/api/me", headers=own).json()["name"] == "ruth"
    with site.record.read() as session:
        kept = str(session.execute(select(table_of(AccessToken))).all())
    assert made.json()["token"] not in kept
    site.moment[0] += timedelta(days=10)
    assert site.client.get("/api/me", headers=own).status_code == 401
    site.moment[0] = NOON
    left = site.client.post(f"/api/me/tokens/{made.json()['id']}/revoke", headers=headers).json()["items"]
    assert made.json()["id"] not in [item["id"] for item in left]
    assert site.client.get("/api/me", headers=own).status_code == 401


def test_the_command_line_makes_tokens(site, record_url):
    bearer(site.record, "ruth", Role.PLANNER)
    words = ["user", "token", "ruth", "--title", "prometheus", "--days", "3660", "--database", record_url]
    assert CliRunner().invoke(commands, words).exit_code == 2  # at most a year
    said = CliRunner().invoke(commands, [*words[:5], "--database", record_url]).stdout
    site.moment[0] = datetime.now(UTC)
    own = {"Authorization": f"Bearer {said.split()[3]}"}
    assert site.client.get("/api/me", headers=own).json()["name"] == "ruth"
    odd = CliRunner().invoke(commands, ["user", "token", "nobody", *words[3:5], "--database", record_url])
    assert "There is no user 'nobody'" in str(odd.exception)


def test_a_token_is_no_session_and_a_session_no_token(site, anna):
    choose(site, anna)
    secret = dict(site.client.cookies)["bailiwick_session"]
    site.client.cookies.clear()
    assert site.client.get("/api/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    token = bearer(site.record, "ruth", Role.PLANNER)["Authorization"].removeprefix("Bearer ")
    site.client.cookies.set("bailiwick_session", token)
    assert site.client.get("/api/me", headers={"Authorization": ""}).status_code == 401


def test_an_administrator_adds_changes_and_ends_users(site):
    reps = [rep["id"] for rep in site.get("/api/reps")["items"]]
    body = {"name": "Mona", "role": "manager", "sees_reps": reps[:1], "why": "new in the team"}
    made = site.client.post("/api/users", json=body)
    assert made.status_code == 201
    user = made.json()
    assert (user["name"], user["one_time"], user["sees_reps"]) == ("mona", True, reps[:1])
    assert site.client.post("/api/users", json=body).status_code == 409
    assert site.client.post("/api/users", json=body | {"name": "max", "rep_id": 999}).status_code == 409
    path, match = f"/api/users/{user['id']}", {"If-Match": f'"{user["version"]}"'}
    changed = site.client.patch(path, json={"sees_reps": reps[1:], "role": "planner"}, headers=match).json()
    assert (changed["role"], changed["sees_reps"]) == ("planner", reps[1:])
    post(site, "/sign-in", name="mona", password=user["password"])
    assert look(site, "/map").headers["location"].startswith("/password")
    off = site.client.patch(path, json={"active": False}, headers={"If-Match": f'"{changed["version"]}"'})
    assert off.json()["active"] is False
    assert look(site, "/map").headers["location"].startswith("/sign-in")
    assert post(site, "/sign-in", name="mona", password=user["password"]).status_code == 403


def test_the_last_administrator_stays_one(site):
    me = site.get("/api/me")
    for body in ({"active": False}, {"role": "planner"}):
        answer = site.client.patch(f"/api/users/{me['id']}", json=body, headers={"If-Match": '"1"'})
        assert (answer.status_code, "Nobody would be left" in answer.json()["detail"]) == (409, True)
    assert site.get("/api/me")["role"] == "admin"


def test_where_nobody_administers_yet_the_command_line_still_ends_users(site, record_url):
    bearer(site.record, "ruth", Role.PLANNER)
    with site.record.write(Act("tests", "no admin", NOON)) as session:
        session.execute(update(table_of(User)).where(table_of(User).c.role == Role.ADMIN).values(role=Role.PLANNER))
    done = CliRunner().invoke(commands, ["user", "off", "ruth", "--database", record_url])
    assert done.exit_code == 0, done.exception


def test_no_password_and_no_token_is_in_the_ledger(site, anna):
    choose(site, anna)
    with site.record.read() as session:
        told = str([(row.before, row.after) for row in session.execute(select(table_of(Change)))])
        digests = [row.hash for row in session.execute(select(table_of(Password)))]
        digests += [row.digest for row in session.execute(select(table_of(AccessToken)))]
    assert "anna" in told
    assert not [digest for digest in digests if digest in told]


def test_a_digest_fits_its_password_only():
    digest = digest_of(CHOSEN)
    assert digest.startswith("$argon2id$")
    assert is_right(CHOSEN, digest) and not is_right(CHOSEN + "x", digest) and not is_right(CHOSEN, None)


def test_passwords_that_everybody_would_try_are_refused():
    for word in (
        "password1234",
        "anna-anna-anna",
        "qwertyqwerty",
        "aaaaaaaaaaaaaa",
        "abababababab",
        "Bailiwick123",
        "1q2w3e4r5t6y",
        "q1w2e3r4t5y6",
        "1qaz2wsx3edc",
        "abcdefghijkl",
        "qwertyuiop123",
        "manchesterunited",
        "iloveyou1234",
        "x" * 201,
    ):
        with pytest.raises(RefusedError):
            check_new_password(word, "anna")
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    for word in (*made, CHOSEN, "Manchester rain at noon"):
        check_new_password(word, "anna")


def test_pages_of_a_browser_are_pages_when_something_is_missing(site):
    answer = site.client.get("/map?plan=99", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no plan 99." in answer.text
