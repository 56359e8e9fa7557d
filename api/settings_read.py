"""Reading settings so that whoever got one wrong is told which, and nothing of a value that may be a secret."""

from typing import Any, get_origin

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from api.cli_options import Refused

TYPED = {"database_url": "--database", "host": "--host", "port": "--port", "region": "--region"}
"""Fields that may be typed instead, and as what."""


def read_settings[Kind: BaseSettings](kind: type[Kind], **typed: Any) -> Kind:
    """The settings of the environment, with what was typed in their place.

    Raises:
        Refused: a value that cannot be meant; each is named as it was given.
    """
    try:
        return kind(**typed)
    except SettingsError as error:  # its cause holds the text itself, which may be a key
        raise Refused(unread(kind, str(error))) from None
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        said = (fault_of(kind, fault["loc"], fault["msg"], frozenset(typed)) for fault in faults)
        raise Refused("; ".join(said)) from None


def variable(kind: type[BaseSettings], field: str) -> str:
    """What a field is called in the environment."""
    return f"{kind.model_config['env_prefix']}{field}".upper()


def fault_of(kind: type[BaseSettings], where: tuple[Any, ...], message: str, typed: frozenset[str]) -> str:
    """One fault; those of several fields together say themselves which they are."""
    text = message.removeprefix("Value error, ")
    if not where:
        return text
    field = str(where[0])
    name = TYPED.get(field, field) if field in typed else variable(kind, field)
    return text if text.startswith(name) else f"{name}: {text}"


def unread(kind: type[BaseSettings], message: str) -> str:
    """A field whose text had to be JSON and is not."""
    field = next((name for name in kind.model_fields if f'"{name}"' in message), "")
    if not field:
        return "a setting of the environment cannot be read"
    is_object = get_origin(kind.model_fields[field].annotation) is dict
    what = 'a JSON object is expected, like {"name": "value"}' if is_object else 'JSON is expected, like ["one", "two"]'
    return f"{variable(kind, field)}: {what}"
