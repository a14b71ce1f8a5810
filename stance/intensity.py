"""How strongly a stance is worded: plain, strong or strongest."""

from __future__ import annotations

from stance.types import Intensity


def intensity(text: str, label: str) -> Intensity:
    """Placeholder until the rules are in."""
    return "plain"
