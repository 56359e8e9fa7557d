"""Spans of requests and jobs for OpenTelemetry; without the extra, or where it is not asked for, they cost nothing."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

Begin = Callable[[str, str], AbstractContextManager[None]]
_begin: Begin | None = None


def span(name: str, parent: str = "") -> AbstractContextManager[None]:
    """What goes on inside is one span; `parent` is the caller's `traceparent` header."""
    return nullcontext() if _begin is None else _begin(name, parent)


def begin_tracing(service: str, processor: "SpanProcessor | None" = None) -> None:
    """Send spans to `processor`; without one, by OTLP to where the usual OTEL_… variables say.

    Raises:
        ModuleNotFoundError: the extra `telemetry` is not installed.
    """
    global _begin
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(processor or otlp())
    tracer, propagator = provider.get_tracer("bailiwick"), TraceContextTextMapPropagator()

    @contextmanager
    def begin(name: str, parent: str) -> Iterator[None]:
        context = propagator.extract({"traceparent": parent}) if parent else None
        with tracer.start_as_current_span(name, context=context):
            yield

    _begin = begin


def end_tracing() -> None:
    """Make no spans any more."""
    global _begin
    _begin = None


def otlp() -> "SpanProcessor":
    """Sends spans in batches by OTLP."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return BatchSpanProcessor(OTLPSpanExporter())
