"""The estimate holds from above on the kinds of text we answer with."""

from __future__ import annotations

import random
import string
from pathlib import Path

import pytest

from netos_mcp.tokens import estimate
from tests.mcp.conftest import tokens

R = random.Random(20260728)
UPPER, MIXED = string.ascii_uppercase, string.ascii_letters + string.digits


def words(letters: str, shortest: int, longest: int, count: int) -> str:
    return " ".join("".join(R.choices(letters, k=R.randint(shortest, longest))) for _ in range(count))


KINDS = {
    "circuit ids": "\n".join(f"{R.randint(10, 99)}/KFGS/{R.randint(100000, 999999)}//LUM" for _ in range(200)),
    "money": "\n".join(f"{R.randint(1, 99999)}.{R.randint(0, 99):02d},USD" for _ in range(200)),
    "days": ",".join(f"2026-{R.randint(1, 12):02d}-{R.randint(1, 28):02d}" for _ in range(200)),
    "instants": "\n".join(f"2026-11-{R.randint(1, 28):02d}T{R.randint(0, 23):02d}:05:00Z" for _ in range(200)),
    "digests": "\n".join(f"{R.getrandbits(256):064x}" for _ in range(50)),
    "capitals": words(UPPER, 3, 12, 300),
    "cursors": words(MIXED + "-_", 60, 120, 30),
    "serial numbers": words(MIXED, 6, 22, 300),
    "signs": "".join(R.choices(string.punctuation, k=2000)),
    "german": "Die Kündigungsfrist beträgt neunzig Tage; Schließung der Glasfaserstrecke bei Müllheim. " * 20,
    "spanish": "La conexión del circuito se interrumpió después de la tormenta; el técnico llegó mañana. " * 20,
    "chinese": "电路中断,正在修复。" * 50,
    "emoji": "😀🔥🛠️ outage " * 40,
    "prose": (Path(__file__).parents[2] / "netos_mcp" / "resources" / "guide.py").read_text(),
    "empty": "",
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_estimate_is_never_below_the_truth(kind: str) -> None:
    text = KINDS[kind]
    assert tokens(text) <= estimate(text)
