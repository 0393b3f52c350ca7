"""The presets by their names."""

from __future__ import annotations

import pytest

from trailmark.plot.presets import ALIASES, PRESETS


@pytest.mark.parametrize("name", sorted(ALIASES))
def test_aliases_lead_to_presets(name: str) -> None:
    """Each of W&B's names means a preset."""
    assert name.startswith("wandb/")
    assert ALIASES[name] in PRESETS


def test_all_have_a_title() -> None:
    """Every preset takes a title."""
    assert all("title" in preset.strings for preset in PRESETS.values())
