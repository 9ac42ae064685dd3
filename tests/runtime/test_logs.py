from __future__ import annotations

import json
import logging
import subprocess
import sys

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
