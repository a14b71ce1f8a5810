"""The zero-shot model: entailment first, then acts; folds with acts held out, calibration on these, and export.

    python -m training.zeroshot --nli snli.jsonl conjnli.jsonl --work runs/stance-zeroshot-en

Every step is kept in the work folder and done again only when something it depends on has changed.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from stance import codebook
from stance.artefact import Artefact
from stance.backends.base import Similarity
from stance.calibration import choose_threshold, platt, sigmoid, unsure_bounds
from stance.card import ZeroShotCard
from stance.descriptions import describe
from training.acts import DEFAULT_ACTS, DEFAULT_DOES, read_corpus, read_real
from training.config import (
    DEFAULT_CONFIG,
    DEFAULT_WORK,
    Config,
    command,
    data_sha256,
    file_sha256,
    find_base,
    read_config,
    read_json,
    write_json,
)
from training.contrast import SentenceEncoder, train
from training.encoder_export import export_encoder
from training.unseen import (
    Floats,
    Split,
    act_descriptions,
    cosine,
    entailed,
    nearest_f1,
    remembered,
    split,
    standardised,
)

FIGURES = ("candidates_all", "candidates_held", "cosine_all", "cosine_held")
Weights = Mapping[str, torch.Tensor]


class Work:
    """The encoder, what it was, and a folder with what is done.

    Args:
        folder: of the run.
        config: hyperparameters.
        nli: files of entailment pairs.
        base: the encoder to start from.
        pool: texts of the real sentences that ``codings/does.jsonl`` describes.
    """

    def __init__(
        self, folder: Path, config: Config, nli: Sequence[Path], base: str | Path | None, pool: Path | None = None
    ) -> None:
        self.folder, self.config, self.nli = folder, config, tuple(nli)
        real = read_real(pool) if pool else ()
        self.corpus = dataclasses.replace(read_corpus(), real=real)
        source = find_base(config.base, base)
        self.encoder = SentenceEncoder(source, config.zeroshot.frozen_layers, config.zeroshot.text_length)
        self.untouched = self.encoder.weights()
        self._recipe = [
            str(source),
            *(file_sha256(path) for path in (*self.nli, *sorted(DEFAULT_ACTS.glob("*.json*")))),
            [dataclasses.asdict(row) for row in real],
            act_descriptions(),
            dataclasses.asdict(config.zeroshot),
            dataclasses.asdict(config.entail),
            dataclasses.asdict(config.contrast),
        ]
        folder.mkdir(parents=True, exist_ok=True)

    def fold(self, number: int | None) -> Split:
        """Split of a fold, or of everything."""
        zeroshot = self.config.zeroshot
        return split(self.corpus, zeroshot.held_out, number, zeroshot.seed, zeroshot.background)

    def train(self, number: int | None) -> Split:
        """Train the encoder for a fold, or on everything, unless it is done; returns what it was trained on."""
        chosen = self.fold(number)
        name = "final" if number is None else f"fold{number}"
        self.encoder.restore(self._once("entailed", None) if self.nli else self.untouched)
        self.encoder.restore(self._once(name, chosen))
        return chosen

    def _once(self, name: str, chosen: Split | None) -> Weights:
        from safetensors.torch import load_file, save_file

        file, record = self.folder / f"{name}.safetensors", self.folder / f"{name}.json"
        recipe = data_sha256([name, *self._recipe])
        if not file.is_file() or read_json(record).get("recipe") != recipe:
            if chosen is None:
                self.encoder.restore(self.untouched)
                loss = train(self.encoder, entailed(self.nli), {}, self.config.entail)
            else:
                loss = train(self.encoder, chosen.examples, chosen.described, self.config.contrast)
            save_file(self.encoder.weights(), file)
            write_json(record, {"recipe": recipe, "loss": round(loss, 4)})
            print(f"{name}: loss {loss:.3f}", flush=True)
        return load_file(file)

    def result(self, number: int) -> dict[str, Any]:
        """What a fold reaches, and the standardised similarities of its rows; kept in ``foldN.result.json``."""
        record = self.folder / f"fold{number}.result.json"
        recipe = data_sha256([number, describe(codebook.load("acts")), *self._recipe])
        found = read_json(record)
        if found.get("recipe") != recipe:
            found = {"recipe": recipe} | self._measure(number)
            write_json(record, found)
            print(f"fold {number}: " + ", ".join(f"{key} {found[key]:.3f}" for key in FIGURES), flush=True)
        return found

    def _measure(self, number: int) -> dict[str, Any]:
        chosen = self.train(number)
        acts = describe(codebook.load("acts"))
        held = {act: acts[act] for act in chosen.held}
        one = [row for row in chosen.test if len(row.acts) == 1]
        texts, truth = [row.text for row in one], [row.acts[0] for row in one]
        rows = [*chosen.test, *chosen.free, *chosen.real]
        embed = remembered(self.encoder.embed)

        def mean(scores: Floats, described: Mapping[str, Sequence[str]]) -> float:
            return float(np.mean(list(nearest_f1(scores, truth, list(described)).values())))

        figures: dict[str, Any] = {
            key: mean(standardised(embed, texts, described, chosen.background), described)
            for key, described in (("candidates_all", acts), ("candidates_held", held))
        }
        scores = standardised(embed, [row.text for row in rows], held, chosen.background)
        self.encoder.restore(self.untouched)
        embed = remembered(self.encoder.embed)
        figures |= {
            key: mean(cosine(embed, texts, described), described)
            for key, described in (("cosine_all", acts), ("cosine_held", held))
        }
        named = [[act in row.acts for act in chosen.held] for row in rows]
        return figures | {"statements": len(one), "scores": scores.round(5).tolist(), "truth": named}


def calibrate(results: Sequence[Mapping[str, Any]], certainty: float) -> dict[str, Any]:
    """Scale, bias, threshold and bounds of doubt from what the folds make of acts they have not seen.

    Statements without a held-out act weigh as much as those with one. The threshold is the one with the best mean F1 of
    the 25 acts.

    Args:
        results: of :meth:`Work.result`, one a fold.
        certainty: see :func:`training.calibrate.unsure_bounds`.
    """
    pairs = [_balanced(np.array(result["scores"]), np.array(result["truth"], dtype=bool)) for result in results]
    scores = np.concatenate([found.ravel() for found, _ in pairs])
    truth = np.concatenate([found.ravel() for _, found in pairs])
    temperature, bias = platt(scores, truth)
    chances = [sigmoid(found / temperature + bias) for found, _ in pairs]
    # Side by side, so that each act has a column of its own; what a fold was not asked is never taken.
    wide = [_block(chances, number) for number in range(len(pairs))]
    named = [_block([found.astype(np.float64) for _, found in pairs], number) > 0 for number in range(len(pairs))]
    threshold = choose_threshold(np.concatenate(wide), np.concatenate(named), budget=1.0)
    taken = np.concatenate(wide) >= threshold
    right = np.concatenate(named)
    f1 = 2 * (taken & right).sum(axis=0) / (taken.sum(axis=0) + right.sum(axis=0))
    free = ~right.any(axis=1)
    flat = np.concatenate([found.ravel() for found in chances])
    return {
        "similarity": {"scale": 1 / temperature, "bias": bias},
        "threshold": threshold,
        "unsure": list(unsure_bounds(flat, truth, threshold, certainty)),
        "macro_f1": float(f1.mean()),
        "false_alarms": float(taken[free].any(axis=1).mean()),
    }


def _balanced(scores: Floats, truth: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.bool_]]:
    """Rows without a label repeated until there are about as many as with one."""
    free = ~truth.any(axis=1)
    times = max(1, round((~free).sum() / max(1, free.sum())))
    index = np.concatenate([np.flatnonzero(~free), np.tile(np.flatnonzero(free), times)])
    return scores[index], truth[index]


def _block(columns: Sequence[Floats], number: int) -> Floats:
    width = [found.shape[1] for found in columns]
    block = np.zeros((len(columns[number]), sum(width)))
    block[:, sum(width[:number]) : sum(width[: number + 1])] = columns[number]
    return block


def summary(results: Sequence[Mapping[str, Any]], calibration: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Tables for the model card."""
    rows = [
        (str(number + 1), str(result["statements"]), *(f"{result[key]:.3f}" for key in FIGURES))
        for number, result in enumerate(results)
    ]
    means = [float(np.mean([result[key] for result in results])) for key in FIGURES]
    total = sum(result["statements"] for result in results)
    rows.append(("mean", str(total), *(f"{mean:.3f}" for mean in means)))
    columns = ["fold", "statements", "all 25 acts", "the five held out", "cosine, all 25", "cosine, the five"]
    note = (
        "Macro-F1 of five acts that the model of the fold has not seen in text or description, by what the candidates "
        "are; statements of exactly one act, each given its nearest label. Cosine: the untouched encoder, mean "
        "similarity with the same descriptions. With every label taken from the stored threshold on, several or none, "
        f"the mean F1 of the 25 acts is {calibration['macro_f1']:.3f}, and {calibration['false_alarms']:.0%} of the "
        "statements without any of the five get one (the threshold was chosen on these rows)."
    )
    return [{"title": "Acts never seen", "columns": columns, "rows": [list(row) for row in rows], "note": note}]


def export(
    work: Work, calibration: Mapping[str, Any], tables: Sequence[Mapping[str, Any]], out: Path
) -> Artefact[ZeroShotCard]:
    """Train on everything and write the model folder."""
    chosen = work.train(None)
    folder = work.folder / "final"
    work.encoder.save(folder)
    data = {f"nli/{path.name}": {"rows": _lines(path), "sha256": file_sha256(path)} for path in work.nli}
    data |= {
        f"acts/{name}": {"rows": _lines(DEFAULT_ACTS / name), "sha256": file_sha256(DEFAULT_ACTS / name)}
        for name in ("acts.jsonl", "open.jsonl")
    }
    if work.corpus.real:
        data["codings/does.jsonl"] = {"rows": len(work.corpus.real), "sha256": file_sha256(DEFAULT_DOES)}
    settings = work.config.zeroshot
    return export_encoder(
        folder,
        chosen.background,
        out,
        similarity=Similarity(**calibration["similarity"]),
        threshold=calibration["threshold"],
        unsure=tuple(calibration["unsure"]),
        name=settings.name,
        data=data,
        metrics={"tables": list(tables)},
        max_length=settings.max_length,
        stride=settings.stride,
    )


def _lines(path: Path) -> int:
    return sum(bool(line.strip()) for line in path.read_text(encoding="utf-8").split("\n"))


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the steps."""
    parser = argparse.ArgumentParser(prog="python -m training.zeroshot", description=(__doc__ or "").splitlines()[0])
    work = DEFAULT_WORK.with_name("stance-zeroshot-en")
    parser.add_argument("--work", type=Path, default=work, help="folder of the run (%(default)s)")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="configuration (%(default)s)")
    parser.add_argument("--base", metavar="FOLDER", help="encoder to start from")
    parser.add_argument(
        "--nli", type=Path, nargs="*", default=[], metavar="FILE", help="entailment pairs to start with"
    )
    parser.add_argument(
        "--pool", type=Path, metavar="FILE", help="texts of the real sentences that codings/does.jsonl describes"
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="model folder to write (models/NAME)")
    parser.add_argument("--folds-only", action="store_true", help="figures of the held-out acts, no model")
    options = parser.parse_args(arguments)
    config = read_config(options.config)
    torch.manual_seed(config.zeroshot.seed)
    run = Work(options.work, config, options.nli, options.base, options.pool)
    results = [run.result(number) for number in range(len(config.zeroshot.held_out))]
    calibration = calibrate(results, config.zeroshot.certainty)
    write_json(run.folder / "calibration.json", calibration)
    tables = summary(results, calibration)
    print("mean: " + ", ".join(f"{key} {np.mean([found[key] for found in results]):.3f}" for key in FIGURES))
    print(", ".join(f"{key} {calibration[key]}" for key in ("macro_f1", "false_alarms", "threshold", "unsure")))
    if options.folds_only:
        return
    model = export(run, calibration, tables, options.out or DEFAULT_WORK.parents[1] / "models" / config.zeroshot.name)
    size = sum(file.stat().st_size for file in model.path.rglob("*") if file.is_file())
    print(f"export: {model.path}, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    command(main)
