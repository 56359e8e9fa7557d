"""What README and guide name is there: commands with their options, routes, settings, files."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from api.app import every_route
from api.cli import app
from api.settings import GeocodingSettings, Settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))]
COMMAND = re.compile(r"(?:^\s*|[`/]|server )bailiwick ((?:--?[a-z]|[a-z])[^`\n]*)", re.MULTILINE)
ROUTE = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/[^\s`?,;)]*)")
SETTING = re.compile(r"\bBAILIWICK_([A-Z_]+[A-Z])\b")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
ELSEWHERE = {"DOMAIN"}
"""Read by the compose file alone."""


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def parse(words: list[str]) -> None:
    """Let the command line read the words, without running anything.

    Raises:
        click.UsageError: there is no such command or option, or something is missing.
    """
    command, context = get_command(app), None
    while hasattr(command, "commands"):
        assert words, "a command is missing"
        assert words[0] in command.commands, f"there is no command {words[0]!r}"
        command, words = command.commands[words[0]], words[1:]
    if not words or set(words) & {"…", "..."}:
        return  # named in a sentence, not given to be typed
    context = typer.Context(command, info_name="bailiwick", resilient_parsing=False)
    command.parse_args(context, words)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_can_be_typed(page: Path) -> None:
    for line in COMMAND.findall(text_of(page)):
        words = shlex.split(line, comments=True)
        try:
            parse(words)
        except Exception as fault:
            raise AssertionError(f"bailiwick {line}: {getattr(fault, 'message', fault)}") from fault


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_route_is_there(page: Path) -> None:
    known = {
        (method, re.sub(r"\{[^}]*\}", "{}", route.path))
        for group in every_route().routes
        for route in group.effective_route_contexts()  # type: ignore[attr-defined]
        for method in route.methods
    }
    for method, path in ROUTE.findall(text_of(page)):
        shape = re.sub(r"\{[^}]*\}|…|\b\d+(?:-\d\d-\d\d)?\b", "{}", path.rstrip(".:"))
        assert (method, shape) in known, f"{method} {path}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_setting_is_one(page: Path) -> None:
    fields = (*Settings.model_fields, *(f"geocoder_{name}" for name in GeocodingSettings.model_fields))
    known = {name.upper() for name in fields} | ELSEWHERE
    assert [name for name in SETTING.findall(text_of(page)) if name not in known] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(text_of(page)):
        assert (page.parent / target).exists(), target


def test_every_page_of_the_guide_is_named_in_the_readme() -> None:
    text = text_of(ROOT / "README.md")
    assert [page.name for page in PAGES[1:] if f"docs/guide/{page.name}" not in text] == []
