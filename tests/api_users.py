"""Users for tests, with tokens instead of passwords: a digest of a password takes a fifth of a second."""

from datetime import timedelta

from crm.act import Act
from crm.database import Database
from crm.tables import Role, TokenKind, User
from planning.sign_in import open_token
from planning.users import set_grants
from tests.small_plan import NOON


def bearer(
    record: Database, name: str, role: Role, *, rep_id: int | None = None, sees_reps: tuple[int, ...] = ()
) -> dict[str, str]:
    """A new user, and the headers of the user's requests."""
    with record.write(Act("tests", "a user", NOON)) as session:
        user = User(name=name, role=role, rep_id=rep_id, created_at=NOON)
        session.add(user)
        session.flush()
        assert user.id is not None
        set_grants(session, user.id, sees_reps)
        secret = open_token(session, user.id, TokenKind.API, "tests", NOON, NOON + timedelta(days=3650))
    return {"Authorization": f"Bearer {secret}"}
