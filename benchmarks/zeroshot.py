"""CPU time a sentence of the zero-shot model for five labels, against the transformers zero-shot pipeline.

    python benchmarks/zeroshot.py [--sentences 30] [--rounds 3]

The pipeline runs an entailment model of the shape of facebook/bart-large-mnli (12 + 12 layers of 1024) with random
weights, which cost what trained ones do, on one pair of text and label at a time, as it does by default. Both run in
one process, in fp32, with one thread. Loading is not counted, nor is the encoding of the descriptions, done once.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

from backends import sentences

import stance


def pipeline(labels: list[str]) -> Callable[[list[str]], object]:
    """The zero-shot pipeline on random weights."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BartConfig, BartForSequenceClassification, PreTrainedTokenizerFast
    from transformers import pipeline as make

    torch.set_num_threads(1)
    config = BartConfig(num_labels=3, id2label={0: "contradiction", 1: "neutral", 2: "entailment"})
    config.label2id = {label: number for number, label in config.id2label.items()}
    model: Any = BartForSequenceClassification(config).eval()
    # Words in place of byte pairs: inputs come out a little shorter, which favours the pipeline.
    tokenizer = Tokenizer(models.WordLevel({"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=1024
    )
    run = make("zero-shot-classification", model=model, tokenizer=fast, device="cpu")
    return lambda texts: run(texts, candidate_labels=labels, multi_label=True)


def seconds(run: Callable[[list[str]], object], texts: list[str]) -> float:
    """Processor time."""
    start = time.process_time()
    run(texts)
    return time.process_time() - start


def main() -> None:
    """Command line of the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sentences", type=int, default=30, help="how many (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="how often ours is run, for the median (%(default)s)")
    parser.add_argument("--seed", type=int, default=13, help="of the choice of sentences (%(default)s)")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    texts = sentences(options.sentences, options.seed)
    model = stance.load("zero-shot", threads=1)
    model.predict_proba(texts[:2])
    ours = statistics.median(seconds(model.predict_proba, texts) for _ in range(options.rounds)) / len(texts)
    other = pipeline(list(model.labels))
    theirs = seconds(other, texts) / len(texts)
    print(f"{len(texts)} sentences, {len(model.labels)} labels, one thread; CPU time a sentence")
    print(f"zero-shot  {ours * 1e3:8.2f} ms")
    print(f"pipeline   {theirs * 1e3:8.2f} ms (shape of bart-large-mnli, random weights)")
    print(f"ratio      {theirs / ours:8.0f}")


if __name__ == "__main__":
    main()
