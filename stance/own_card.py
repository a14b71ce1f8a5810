"""The model card of a model trained on labels of one's own."""

from __future__ import annotations

from stance.card import Card

_TEMPLATE = """\
# {name}

A classifier of short texts by {count} labels, each independent of the others, trained with `stance.train` on {rows}
examples.

| label | meaning | threshold | in doubt | F1 |
| --- | --- | --- | --- | --- |
{labels}

F1 is that of models trained on part of the examples, on the rest of them; the thresholds were chosen on the same
scores. Mean F1: {mean:.2f}.

```python
import stance

model = stance.load("path/to/this/folder")
model.label(["A text."])
```

`transformers.pipeline("text-classification", model="path/to/this/folder", top_k=None)` gives the same scores.
"""


def render(card: Card) -> str:
    """Markdown of the model card, from the record alone."""
    measured = card.metrics["out_of_fold"]
    rows = [
        f"| `{label.id}` | {' '.join(label.definition.split()).replace('|', '/')} | {threshold:.2f} "
        f"| {low:.2f} to {high:.2f} | {measured['f1'][label.id]:.2f} |"
        for label, threshold, (low, high) in zip(card.codebook.labels, card.thresholds, card.unsure, strict=True)
    ]
    return _TEMPLATE.format(
        name=card.name,
        count=len(card.codebook.ids),
        rows=card.data["examples"]["rows"],
        labels="\n".join(rows),
        mean=measured["macro_f1"],
    )
