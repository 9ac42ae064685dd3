"""The fixtures of a stand-in: the application, what it knows, and it running, under the names its tests give them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.standins.serving import Served, served


def stood_in(make_app: Callable[[], Any], name: str) -> tuple[Any, Any, Any]:
    """Make the three fixtures of a stand-in; the first is to be called `app`, which the others ask for.

    Args:
        make_app: Makes the stand-in.
        name: Where its state is.
    """

    @pytest.fixture
    def app() -> Any:
        return make_app()

    @pytest.fixture
    def state(app: Any) -> Any:
        return getattr(app.state, name)

    @pytest.fixture
    def running(app: Any) -> Iterator[Served]:
        with served(app) as one:
            yield one

    return app, state, running
