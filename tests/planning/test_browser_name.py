"""Of a browser only its kind is kept: enough to know one's own again, whoever it says it is besides."""

import pytest

from planning.browser_name import browser_name

LIKE = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox, Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {LIKE} Chrome/131.0.0.0 Safari/537.36", "Chrome, Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {LIKE} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", "Edge, Windows"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {LIKE} Chrome/131.0.0.0 Safari/537.36 OPR/116.0", "Opera, Linux"),
        (
            f"Mozilla/5.0 (Linux; Android 14; SM-S918B) {LIKE} SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36",
            "Samsung Internet, Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.1 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "CriOS/131.0 Mobile/15E148 Safari/604.1",
            "Chrome, iPad",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.1 Safari/605.1.15",
            "Safari, Mac",
        ),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {LIKE} Chrome/131.0.0.0 Safari/537.36", "Chrome, ChromeOS"),
        ("curl/8.5.0", ""),
        ("<script>alert(1)</script> Anna's Linux " + "x" * 9000, "Linux"),
        ("", ""),
    ],
)
def test_only_the_kind_of_browser_and_system_is_kept(said, name):
    assert browser_name(said) == name
