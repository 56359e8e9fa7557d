"""Cursors come back as they went out, and nothing else is taken for one."""

import pytest

from planning.opaque_text import opaque, revealed


@pytest.mark.parametrize("text", ["", "7", "0.875 12", "1764000000000000.3", '["a","b"]'])
def test_a_text_comes_back(text: str) -> None:
    given = opaque(text)
    assert revealed(given) == text
    assert given.replace("-", "").replace("_", "").isalnum() or not text


@pytest.mark.parametrize("given", ["x", "é", "_w"])
def test_what_nobody_wrote_is_refused(given: str) -> None:
    with pytest.raises(ValueError):
        revealed(given)
