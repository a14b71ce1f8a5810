"""Fixtures that several rooms share: a tiny model folder, and the command line as a process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_bert import ROWS
from tiny_model import LABELS, encoder

ROOT = Path(__file__).parents[1]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # What a shell starts in the background ignores interrupts, and so would every process that a test starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)

if "PYTEST_XDIST_WORKER" in os.environ:
    # Tests side by side share the processors; libraries read this when they are imported, which is later.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_cmdline_main(config):
    """Side by side run files, not tests: blocks of a guide need those before them, and models are made once a file."""
    if getattr(config.option, "dist", "no") == "load":
        config.option.dist = "loadfile"


def fit_head(base: Path, folder: Path) -> Path:
    """Save the encoder with a classification layer that tells its forty sentences apart."""
    import numpy as np
    import torch
    from sklearn.linear_model import LogisticRegression
    from transformers import AutoTokenizer, BertForSequenceClassification

    tokenizer = AutoTokenizer.from_pretrained(base)
    model = BertForSequenceClassification.from_pretrained(
        base, num_labels=len(LABELS), id2label=dict(enumerate(LABELS)), label2id={x: i for i, x in enumerate(LABELS)}
    ).eval()
    with torch.inference_mode():
        inputs = tokenizer([row["text"] for row in ROWS], padding=True, return_tensors="pt")
        pooled = model.bert(**inputs).pooler_output.double().numpy()
    wanted = np.array([[label in row["labels"] for label in LABELS] for row in ROWS])
    heads = [LogisticRegression(C=1e3, max_iter=1000).fit(pooled, column) for column in wanted.T]
    with torch.no_grad():
        model.classifier.weight.copy_(torch.tensor(np.vstack([head.coef_ for head in heads])))
        model.classifier.bias.copy_(torch.tensor(np.concatenate([head.intercept_ for head in heads])))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory):
    """A model folder in every respect but its size: it knows the forty sentences of ``tiny_bert`` and little else."""
    from training.export import export

    home = tmp_path_factory.mktemp("models")
    fitted = fit_head(encoder(), home / "fitted")
    count = len(LABELS)
    return export(
        fitted,
        {"temperature": [1.0] * count, "bias": [0.0] * count},
        [0.5] * count,
        [[0.3, 0.7]] * count,
        home / "tiny",
        name="tiny",
        data={},
        metrics={},
        max_length=48,
        stride=8,
    ).path


@pytest.fixture
def run_stance():
    """Run the command line; ``stdin`` is text or bytes, the answer has text."""

    def run(*arguments, stdin=b"", **environment):
        data = stdin.encode("utf-8") if isinstance(stdin, str) else stdin
        done = subprocess.run(
            [sys.executable, "-m", "stance", *map(str, arguments)],
            input=data,
            capture_output=True,
            check=False,
            cwd=ROOT,
            env=os.environ | environment,
        )
        done.stdout, done.stderr = (stream.decode("utf-8") for stream in (done.stdout, done.stderr))
        return done

    return run
