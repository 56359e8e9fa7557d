"""QR codes as other encoders draw them (the squares below are those of the `qrcode` package, module for module)."""

from hashlib import sha256

import pytest

from planning.qr_code import as_path, qr_code, room

LINK = (
    "otpauth://totp/Bailiwick%20sales.example.org%3Aanna?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    "&issuer=Bailiwick%20sales.example.org"
)


def told(square):
    return ["".join(".#"[dark] for dark in row) for row in square]


@pytest.mark.parametrize(
    ("text", "side", "digest"),
    [
        ("Bailiwick", 21, "080a827a7e7872045b5e2294ba261b951baef01f9c9aa5b640c72c73fdd659e1"),
        (LINK, 49, "02e58bab3c2088e306b4149d4b68922ed64a872082d3996781c7c84c810d6272"),
    ],
)
def test_a_code_is_what_every_encoder_draws(text, side, digest):
    square = qr_code(text, mask=3)
    assert len(square) == side == len(square[0])
    assert sha256("\n".join(told(square)).encode()).hexdigest() == digest


def test_the_smallest_version_that_holds_a_text_is_taken_and_masks_differ():
    for version in range(1, 11):
        assert len(qr_code("x" * room(version), 0)) == 17 + 4 * version
    with pytest.raises(ValueError, match="at most 213"):
        qr_code("x" * 214)
    drawn = {tuple(told(qr_code("Bailiwick", mask))) for mask in range(8)}
    assert len(drawn) == 8 and tuple(told(qr_code("Bailiwick"))) in drawn


def test_a_path_draws_the_dark_modules_with_a_light_border():
    assert as_path([[True, True, False], [False, False, True]]) == "M4 4h2v1h-2zM6 5h1v1h-1z"
