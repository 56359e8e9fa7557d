"""schemathesis: requests made up from the description of the API get no failure and no answer it does not describe."""

import json
from contextlib import nullcontext, suppress

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)


@schemathesis.serializer("application/x-ndjson")
def as_lines(context, value):
    """Text as it is; anything else as one line."""
    return value if isinstance(value, bytes) else (value if isinstance(value, str) else json.dumps(value)).encode()


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def test_every_answer_is_one_that_is_described(site):
    client = site.client
    # What is wrong with a request is found before a database is asked, so that one of them does for these.
    on_sqlite = site.record.engine.dialect.name == "sqlite"
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if on_sqlite else (GenerationMode.POSITIVE,)
    schema = schemathesis.openapi.from_asgi("/openapi.json", client.app, headers={"Host": "localhost"})
    headers = {"Host": "localhost", "Authorization": client.headers["Authorization"]}
    asked = []
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in modes:

            @settings(
                max_examples=2 if on_sqlite and mode is GenerationMode.POSITIVE else 1,
                derandomize=True,
                deadline=None,
                database=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def agrees(case):
                answer = case.call(base_url="http://localhost", headers=headers)
                asked.append(answer.status_code)
                case.validate_response(answer, checks=CHECKS)

            with suppress(Unsatisfiable) if mode is GenerationMode.NEGATIVE else nullcontext():
                agrees()  # nothing about a request without parameters can be wrong
    assert len(asked) > 100
    assert 200 in asked and (422 in asked or not on_sqlite)
