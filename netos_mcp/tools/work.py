"""Long work."""

from __future__ import annotations

from netos_core.work import operations as work
from netos_mcp.answers import Published

PUBLISHED = (
    Published(
        work.get_job,
        'Show a job you started: state, progress, result or error. Example: {"ref": "JOB-1007"}.',
    ),
)
