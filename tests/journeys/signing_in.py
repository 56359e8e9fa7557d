"""Signing in as a person does: on the page, choosing a password of one's own the first time."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHOSEN = "seven larks over a ploughed field"


def sign_in(tab: "Page", address: str, name: str, one_time: str) -> None:
    """From the front page to the front page, by way of the two forms."""
    tab.goto(f"{address}/", wait_until="load")
    tab.get_by_label("Name").fill(name)
    tab.get_by_label("Password").fill(one_time)
    tab.get_by_role("button", name="Sign in").click()
    tab.get_by_label("Present password").fill(one_time)
    tab.get_by_label("New password", exact=True).fill(CHOSEN)
    tab.get_by_label("New password again").fill(CHOSEN)
    tab.get_by_role("button", name="Keep it").click()
    tab.wait_for_load_state("load")
