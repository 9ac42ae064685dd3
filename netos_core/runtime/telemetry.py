"""Traces and metrics of this process: OpenTelemetry, sent where an operator wants them and shown at /metrics.

Labels are few and bounded: no reference, name or address ever is one. Without `configure` everything here does nothing.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opentelemetry import metrics, trace
from opentelemetry.metrics import CallbackOptions, Observation
from sqlalchemy import QueuePool, text

if TYPE_CHECKING:
    from netos_core.runtime.calls import Core

NAME = "netos"
BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
FRESH_SECONDS = 5.0

_tracer = trace.get_tracer(NAME)
_meter = metrics.get_meter(NAME)
_calls = _meter.create_histogram(
    "netos.calls", unit="s", description="Calls of the core.", explicit_bucket_boundaries_advisory=BUCKETS
)
_doors = _meter.create_counter("netos.refused_at_the_door", description="Requests nobody was let in with.")
_jobs = _meter.create_histogram("netos.jobs", unit="s", description="Jobs that ran.")


@contextlib.contextmanager
def span(name: str, request_id: str) -> Iterator[None]:
    """Trace a piece of work under the request it belongs to."""
    with _tracer.start_as_current_span(name, attributes={"netos.request_id": request_id}):
        yield


def called(operation: str, outcome: str, seconds: float, channel: str) -> None:
    _calls.record(seconds, {"operation": operation, "outcome": outcome, "channel": channel})


def refused_at_the_door(code: str) -> None:
    _doors.add(1, {"code": code})


def job_ran(kind: str, outcome: str, seconds: float) -> None:
    _jobs.record(seconds, {"kind": kind, "outcome": outcome})


def configure(core: Core, service: str, *, shown: bool) -> None:
    """Start collecting, once in a process.

    Args:
        core: Whose settings say where to send, and whose state the gauges tell.
        service: Name of this process, such as `web`.
        shown: Whether `/metrics` of this process shows the metrics.
    """
    endpoint = core.settings.otlp_endpoint
    if endpoint is None and not shown:
        return
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.resources import Resource

    resource = Resource.create({"service.name": f"{NAME}-{service}"})
    readers: list[Any] = []
    if shown:
        from opentelemetry.exporter.prometheus import PrometheusMetricReader

        readers.append(PrometheusMetricReader())
    if endpoint is not None:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        readers.append(PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{endpoint}/v1/metrics")))
        traces = TracerProvider(resource=resource)
        traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces")))
        trace.set_tracer_provider(traces)
    metrics.set_meter_provider(MeterProvider(readers, resource=resource))
    gauges = Gauges(core)
    for name, told in Gauges.TOLD.items():
        _meter.create_observable_gauge(f"netos.{name}", [gauges.of(name)], description=told)


class Gauges:
    """What is so now, read from the database when somebody looks, at most every few seconds."""

    TOLD = {  # noqa: RUF012 - a table
        "outbox_waiting": "Messages that wait to be sent.",
        "outbox_dead": "Messages that could not be sent.",
        "jobs_failed": "Jobs that were given up.",
        "proposals_open": "Proposals that wait for a decision.",
        "unsealed_seconds": "Age of the oldest row of the trail that has no seal.",
        "pool_in_use": "Database connections in use.",
    }
    QUERY = """
        select (select count(*) from outbox where state = 'waiting') outbox_waiting,
               (select count(*) from outbox where state = 'dead') outbox_dead,
               (select count(*) from job where state = 'failed') jobs_failed,
               (select count(*) from proposal where status = 'open' and expires_at > now()) proposals_open,
               coalesce((select extract(epoch from now() - min(at)) from audit
                         where id > coalesce((select max(last_id) from audit_seal), 0)), 0) unsealed_seconds
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._read_at = -FRESH_SECONDS
        self._values: dict[str, float] = {}

    def of(self, name: str) -> Any:
        def observe(_: CallbackOptions) -> list[Observation]:
            return [Observation(self._now().get(name, 0.0))]

        return observe

    def _now(self) -> dict[str, float]:
        if time.monotonic() - self._read_at >= FRESH_SECONDS:
            self._read_at = time.monotonic()
            with self._core.session() as session:
                row = session.execute(text(self.QUERY)).mappings().one()
            self._values = {name: float(value) for name, value in row.items()}
            pool = self._core.engine.pool
            self._values["pool_in_use"] = float(pool.checkedout()) if isinstance(pool, QueuePool) else 0.0
        return self._values
