from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netos_core.runtime.logs import JsonFormatter, request_id


def record(**extra: object) -> logging.LogRecord:
    return logging.getLogger("netos").makeRecord(
        "netos", logging.INFO, __file__, 1, "%s moved", ("CKT-1042",), None, extra=extra
    )


def test_a_line_is_one_json_object_with_its_request() -> None:
    token = request_id.set("req_1")
    try:
        line = json.loads(JsonFormatter().format(record(circuit="CKT-1042")))
    finally:
        request_id.reset(token)
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "netos",
        "message": "CKT-1042 moved",
        "request_id": "req_1",
        "circuit": "CKT-1042",
    }


def test_lines_below_the_level_are_left_out_and_a_failure_brings_its_trace() -> None:
    program = (
        "import logging; from netos_core.runtime.logs import configure_logging; configure_logging('warning')\n"
        "logging.getLogger('uvicorn.error').info('quiet')\n"
        "try: 1 / 0\n"
        "except ZeroDivisionError: logging.getLogger('netos').exception('failed')\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    (line,) = ran.stderr.splitlines()
    assert "ZeroDivisionError" in json.loads(line)["exception"]


SHAPES = {
    "personal token": lambda s: f"netos_pat_{s}",
    "calendar feed": lambda s: f"netos_cal_{s}",
    "address of a feed": lambda s: f"GET /feeds/{s}.ics HTTP/1.1",
    "JWT": lambda s: f"eyJhbGciOi{s}.{s}.{s}",
    "JWT without signature": lambda s: f"eyJhbGciOi{s}.{s}.",
    "bearer": lambda s: f"Authorization: Bearer {s}",
    "basic": lambda s: f"Basic {s}",
    "sealed": lambda s: f"gAAAAA{s}",
    "Vault": lambda s: f"hvs.{s}",
    "Slack": lambda s: f"xoxb-{s}",
    "Doppler": lambda s: f"dp.st.{s}",
    "database": lambda s: f"postgresql://netos:{s}@db.example/netos",
    "code": lambda s: f"GET /sign-in/callback?code={s}&state=x",
    "form": lambda s: f"grant_type=refresh_token&refresh_token={s}&client_secret={s}",
    "session": lambda s: f"Cookie: netos_session={s}; a=b",
    "key": lambda s: f"-----BEGIN PRIVATE KEY-----\n{s}\n-----END PRIVATE KEY-----",
}
RANDOM = st.text("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", min_size=24, max_size=60)


@pytest.mark.parametrize("shape", SHAPES)
@given(secret=RANDOM)
def test_no_secret_of_a_known_shape_leaves_in_a_line(shape: str, secret: str) -> None:
    text = SHAPES[shape](secret)
    failure = ValueError(f"it said {text}")
    failed = (ValueError, failure, None)
    made = logging.getLogger("netos").makeRecord(
        "netos", logging.INFO, __file__, 1, "got %s", (text,), failed, extra={"told": text, "deep": {"more": [text]}}
    )
    line = JsonFormatter().format(made)
    assert secret not in line
    assert json.loads(line)["level"] == "info"


def test_what_is_named_like_a_secret_is_withheld_whatever_it_looks_like() -> None:
    line = JsonFormatter().format(record(password="hunter2", headers={"Cookie": "hunter2", "Accept": "text/html"}))
    assert "hunter2" not in line
    assert "text/html" in line


def test_a_line_break_in_a_text_makes_no_second_line() -> None:
    line = JsonFormatter().format(record(told='x\n{"level": "error", "message": "forged"}'))
    assert len(line.splitlines()) == 1


def test_a_line_is_cut_before_it_fills_the_disk() -> None:
    line = JsonFormatter().format(record(text="x" * 1_000_000))
    assert len(line) < 40_000
    assert json.loads(line)["cut"] > 1_000_000
