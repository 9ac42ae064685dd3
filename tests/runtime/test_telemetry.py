"""Traces and metrics: one request id the whole way, few labels, and no secret or name among them."""

from __future__ import annotations

import subprocess
import sys

from tests.database import TestServer

PROGRAM = """
import sys
from netos_core.kernel.context import Channel
from netos_core.dashboard.operations import get_dashboard
from netos_core.dashboard.schemas import GetDashboard
from netos_core.overview.operations import get_circuit
from netos_core.overview.schemas import GetOne, Nothing
from netos_core.kernel.errors import NetosError
from netos_core.runtime import telemetry
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import generate_latest
spans = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))
trace.set_tracer_provider(provider)
core = Core(Settings(database_url=sys.argv[1], demo=True))
telemetry.configure(core, "web", shown=True)
who = core.principal("dana.whitfield@xiber.example", "secret-agent-name")
core.call(get_dashboard, GetDashboard(), who, Channel.AGENT, request_id="req_telemetry")
try:
    core.call(get_circuit, GetOne(ref="CKT-99999"), who, Channel.AGENT)
except NetosError:
    pass
telemetry.refused_at_the_door("invalid_token")
telemetry.job_ran("verify_trail", "done", 0.5)
print(generate_latest().decode())
for span in spans.get_finished_spans():
    print("span", span.name, dict(span.attributes))
core.close()
"""


def test_calls_doors_and_jobs_are_measured_without_names(database_server: TestServer) -> None:
    with database_server.clone(of=database_server.sample) as url:
        program = [sys.executable, "-c", PROGRAM, url]
        done = subprocess.run(program, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    told = done.stdout
    assert 'operation="get_dashboard"' in told
    assert 'outcome="not_found"' in told
    assert 'code="invalid_token"' in told
    assert 'kind="verify_trail"' in told
    assert "netos_proposals_open" in told
    assert "netos_unsealed_seconds" in told
    assert "span get_dashboard {'netos.request_id': 'req_telemetry'}" in told
    for secret in ("CKT-99999", "dana", "secret-agent-name", "xiber"):
        assert secret not in told
