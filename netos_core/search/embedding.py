"""What a text means, as a vector: its words' static vectors, which come with a wheel and need no network, averaged.

Rare words count for more (smooth inverse frequency: Arora, Liang, Ma 2017). The tokenizer's own numbers stand in for
frequencies: they were given in order of use, and use falls with the rank (Zipf). Ids and numbers mean nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netos_core.search.model import DIMENSIONS
from netos_core.search.rules import in_words

if TYPE_CHECKING:
    import numpy as np

MODEL = "wordllama-l2-supercat-256-sif"
SMOOTH = 1e-4
FIRST_WORD = 259  # the tokens before it are single bytes


def embed(texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return one unit vector for each text, filled up with zeros; a text without a known word has no direction.

    The case of letters matters to the model: what is compared is written as people write it.
    """
    import numpy as np

    table, weights, tokenizer = _model()
    out = np.zeros((len(texts), DIMENSIONS), "f4")
    encoded = tokenizer.encode_batch([in_words(text) for text in texts], add_special_tokens=False)
    for place, one in enumerate(encoded):
        if one.ids:
            out[place, : table.shape[1]] = weights[one.ids] @ table[one.ids].astype("f4")
    lengths = np.linalg.norm(out, axis=1, keepdims=True)
    unit: np.ndarray[Any, np.dtype[np.float32]] = out / np.maximum(lengths, 1e-9)
    return unit


@cache
def _model() -> tuple[Any, Any, Any]:
    """Read the vectors, the weights of their words and the tokenizer. The package is not imported: it may download."""
    import numpy as np
    import safetensors.numpy
    from tokenizers import Tokenizer

    found = find_spec("wordllama")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("wordllama is not installed")
    root = Path(next(iter(found.submodule_search_locations)))
    table = next(iter(safetensors.numpy.load_file(root / "weights" / "l2_supercat_256.safetensors").values()))
    rank = np.maximum(np.arange(len(table)) - FIRST_WORD + 1, 1)
    frequency = 1 / (rank * np.log(len(table)))
    weights = (SMOOTH / (SMOOTH + frequency)).astype("f4")
    return table, weights, Tokenizer.from_file(str(root / "tokenizers" / "l2_supercat_tokenizer_config.json"))
