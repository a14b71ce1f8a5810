"""The model card, from the record of a model."""

from __future__ import annotations

from stance.card import Card


def render(card: Card) -> str:
    """Markdown of the model card."""
    return f"# {card.name}\n"
