"""Step 2, with ``--pool`` only: a larger encoder learns the task, and the student learns what it then makes of texts.

Distillation in the sense of Hinton et al. (2015), on the teacher's probabilities for what it was taught and for real
sentences that nobody has coded. The teacher trains on the corpus and the coded part of the pool, not
on the ``--extra`` rows: what the folds later predict for those rows has not reached the student through its teacher.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stance.errors import StanceError
from stance.fitting import fine_tune, predict_logits
from training.config import (
    DEFAULT_CONFIG,
    DEFAULT_WORK,
    Config,
    SoftenConfig,
    command,
    data_sha256,
    file_sha256,
    find_base,
    read_config,
    read_json,
    write_json,
)
from training.pool import read_pool, text_sha256
from training.train import read_table

TEACHER = "teacher"
SOFT = "soft.npz"
DISTILLED = "distilled"
DEFAULT_DOUBTER = Path(__file__).parent.parent / "models" / "stance-en"
_CHUNK = 2000


def teach(work: Path, config: Config, base: str) -> Path:
    """Fine-tune the teacher on the prepared rows of corpus and pool; writes ``work/teacher``."""
    table = read_table(work)
    index = np.flatnonzero([origin != "extra" for origin in table.origins])
    if not len(index):
        raise StanceError("there are no corpus or pool rows to teach from", where=work)
    started = time.monotonic()
    texts, targets = [table.texts[i] for i in index], table.targets[index]
    teacher = fine_tune(base, texts, targets, table.labels, config.teach, work / TEACHER, table.weights[index])
    print(f"teach: {len(index)} rows, {time.monotonic() - started:.0f} s")
    return teacher


def choose(texts: Sequence[str], doubt: NDArray[np.float64], settings: SoftenConfig) -> NDArray[np.int64]:
    """Which texts the teacher labels: those with most doubt, and a random share of the others.

    Args:
        texts: n texts.
        doubt: (n,) how unsure a student is of each.
        settings: numbers, and the longest text in words.

    Returns:
        Sorted indices, at most ``settings.rows``.
    """
    short = np.flatnonzero([len(text.split()) <= settings.longest for text in texts])
    drawn = round(settings.rows * settings.random_share)
    ranked = short[np.argsort(-doubt[short], kind="stable")]
    doubtful, rest = ranked[: settings.rows - drawn], ranked[settings.rows - drawn :]
    chosen = np.random.default_rng(settings.seed).permutation(rest)[:drawn]
    return np.sort(np.concatenate([doubtful, chosen]))


def entropy(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over the labels of the entropy of each decision, in nats; (n, labels) to (n,)."""
    safe = np.clip(chances, 1e-6, 1 - 1e-6)
    return np.asarray(-(safe * np.log(safe) + (1 - safe) * np.log1p(-safe)).sum(axis=1))


def soften(work: Path, pool: Path, config: Config, doubter: Path = DEFAULT_DOUBTER) -> Path:
    """The teacher's probabilities of what it was taught and of part of the pool, once: ``work/soft.npz``.

    It holds ``sha256`` (n, 32), the bytes of the texts' digests, and ``targets`` (n, labels), in half precision. Hardly
    any sentence of the pool that nobody coded takes a stance, so the stances come from what the teacher was taught: one
    pass does not make it repeat every label. Done in chunks that are kept, so that an interrupted run goes on.

    Args:
        work: folder of the run, with a teacher.
        pool: file of texts.
        config: numbers of texts.
        doubter: model folder of the student whose doubt decides.
    """
    table = read_table(work)
    known = {text_sha256(text) for text in table.texts}
    taught = {
        text_sha256(text): text for text, origin in zip(table.texts, table.origins, strict=True) if origin != "extra"
    }
    texts = read_pool(pool)
    record, target = work / SOFT.replace("npz", "json"), work / SOFT
    fitted = read_json(work / TEACHER / "fit.json")
    if not fitted.get("finished"):
        raise StanceError("there is no finished teacher", where=work / TEACHER)
    student = read_json(doubter / "stance.json") or read_json(doubter / "fit.json")
    scored = data_sha256([list(texts), student])
    inputs = data_sha256(
        [scored, sorted(taught), sorted(known & texts.keys()), fitted, dataclasses.asdict(config.soften)]
    )
    if target.is_file() and read_json(record).get("inputs") == inputs:
        print(f"soften: {target} is up to date")
        return target
    started = time.monotonic()
    device = config.teach.device
    doubt = entropy(_sigmoid(score_in_chunks(doubter, list(texts.values()), work / "doubt", scored, device, bf16=True)))
    names = [name for name in texts if name not in known]
    index = choose([texts[name] for name in names], doubt[[name not in known for name in texts]], config.soften)
    chosen = taught | {names[i]: texts[names[i]] for i in index}
    values = list(chosen.values())
    logits = score_in_chunks(work / TEACHER, values, work / "softened", inputs, device, bf16=config.teach.bf16)
    digests = np.frombuffer(bytes.fromhex("".join(chosen)), np.uint8).reshape(-1, 32)
    np.savez_compressed(target, sha256=digests, targets=_sigmoid(logits).astype(np.float16))
    write_json(record, {"inputs": inputs, "rows": len(chosen)})
    print(f"soften: {len(taught)} texts known, {len(index)} of {len(names)} others, {time.monotonic() - started:.0f} s")
    return target


def score_in_chunks(
    model: Path, texts: Sequence[str], folder: Path, inputs: str, device: str, *, bf16: bool
) -> NDArray[np.float64]:
    """Logits of all texts, computed in chunks of like length that are kept on disk until all are there."""
    folder.mkdir(parents=True, exist_ok=True)
    order = np.argsort([len(text) for text in texts], kind="stable")
    parts = []
    for start in range(0, len(order), _CHUNK):
        part = order[start : start + _CHUNK]
        path = folder / f"{inputs[:16]}-{start}.npy"
        if not path.is_file():
            logits = predict_logits(model, [texts[i] for i in part], device=device, bf16=bf16)
            partial = path.with_suffix(".part")
            with partial.open("wb") as file:
                np.save(file, logits)
            partial.rename(path)
        parts.append(np.load(path, allow_pickle=False))
    logits = np.concatenate(parts)
    result = np.empty(logits.shape, dtype=np.float64)
    result[order] = logits
    return result


def _sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)))


def distil(work: Path, pool: Path, config: Config, base: str, soft: Path | None = None) -> Path:
    """Fine-tune the student on the teacher's probabilities; writes ``work/distilled``, where the folds then start.

    Args:
        work: folder of the run.
        pool: file of texts.
        config: gives the settings.
        base: encoder of the student.
        soft: probabilities that an earlier run has written, in place of ``work/soft.npz``.

    Raises:
        StanceError: no such file, or probabilities of texts that are neither prepared nor in the pool.
    """
    table = read_table(work)
    texts = read_pool(pool) | {text_sha256(text): text for text in table.texts}
    file = soft or work / SOFT
    if not file.is_file():
        raise StanceError("no such file", where=file)
    with np.load(file, allow_pickle=False) as stored:
        names, targets = [bytes(digest).hex() for digest in stored["sha256"]], stored["targets"].astype(np.float32)
    if unknown := sum(name not in texts for name in names):
        raise StanceError(
            f"{unknown} of its {len(names)} texts are neither prepared nor in the pool",
            where=file,
            remedy=f"see {pool}",
        )
    chosen = [texts[name] for name in names]
    if soft:
        write_json(work / SOFT.replace("npz", "json"), {"inputs": file_sha256(soft), "rows": len(names)})
    started = time.monotonic()
    student = fine_tune(base, chosen, targets, table.labels, config.distil, work / DISTILLED)
    print(f"distil: {len(chosen)} texts, {time.monotonic() - started:.0f} s")
    return student


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the step."""
    parser = argparse.ArgumentParser(prog="python -m training.teach", description=__doc__)
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK, help="folder of the run (%(default)s)")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="configuration (%(default)s)")
    parser.add_argument("--base", metavar="FOLDER", help="encoder of the student, instead of the configuration's")
    parser.add_argument("--pool", type=Path, required=True, metavar="FILE", help="the texts given to prepare")
    add_arguments(parser)
    options = parser.parse_args(arguments)
    config = read_config(options.config)
    taught(options, config, find_base(config.base, options.base))


def taught(options: argparse.Namespace, config: Config, base: str) -> Path:
    """All of the step, as :func:`add_arguments` asked for it; the folder of the student."""
    if options.soft is None:
        teach(options.work, config, find_base(config.teacher, options.teacher))
        soften(options.work, options.pool, config, options.doubter)
    return distil(options.work, options.pool, config, base, options.soft)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments shared with ``training.run``."""
    parser.add_argument("--teacher", metavar="FOLDER", help="encoder of the teacher, instead of the configuration's")
    parser.add_argument(
        "--doubter", type=Path, default=DEFAULT_DOUBTER, help="model whose doubt chooses texts (%(default)s)"
    )
    parser.add_argument(
        "--soft", type=Path, metavar="FILE", help="an earlier teacher's probabilities (its soft.npz): train no teacher"
    )


if __name__ == "__main__":
    command(main)
