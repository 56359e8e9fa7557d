"""Codes that change every half minute, against the vectors of RFC 6238, and sealed secrets."""

import base64
from datetime import UTC, datetime

import pytest

from planning.sealed import BrokenSealError, seal, unseal
from planning.totp import as_link, as_text, code_of, new_secret, step_at, step_of

RFC = b"12345678901234567890"


@pytest.mark.parametrize(
    ("at_s", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_standard(at_s, code):
    now = datetime.fromtimestamp(at_s, UTC)
    assert code_of(RFC, step_at(now), digits=8) == code
    assert step_of(RFC, code[2:], now) == at_s // 30


def test_the_code_before_and_after_are_taken_and_no_other():
    now = datetime.fromtimestamp(1111111111, UTC)
    steps = range(step_at(now) - 3, step_at(now) + 4)
    taken = [step for step in steps if step_of(RFC, code_of(RFC, step), now) is not None]
    assert taken == [step_at(now) - 1, step_at(now), step_at(now) + 1]
    for wrong in ("", "1", "４９２０３９", "1" * 400, "\ud800"):
        assert step_of(RFC, wrong, now) is None


def test_a_secret_is_told_so_that_programs_read_it():
    assert as_text(RFC) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    link = as_link(RFC, "anna", "sales.example.org")
    assert link.startswith(
        "otpauth://totp/Bailiwick%20sales.example.org%3Aanna?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&"
    )
    assert len({new_secret() for _ in range(20)}) == 20 and len(new_secret()) == 20


def test_a_sealed_secret_is_read_with_the_same_key_only():
    key = "k" * 32
    sealed = seal(RFC, key)
    assert base64.b64encode(RFC).decode() not in sealed and seal(RFC, key) != sealed
    assert unseal(sealed, key) == RFC == unseal(seal(RFC, None), key)
    for other in ("j" * 32, None):
        with pytest.raises(BrokenSealError):
            unseal(sealed, other)
    with pytest.raises(BrokenSealError):
        unseal(sealed[:-6], key)
