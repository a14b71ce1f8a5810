"""What else labels sentences, for benchmarks: transformers pipelines on our model and on large zero-shot ones, TF-IDF.

The large models have random weights, which cost what trained ones do. Their inputs are cut into tokens by the tokenizer
of ``stance-en`` (30,522 word pieces), as their own cannot be had offline; on this text it gives about as many tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Run = Callable[[list[str]], object]
# Sentences, or pairs of sentence and label, that are scored at once where a pipeline is batched.
BATCH = 32


def naive(folder: Path, batch: int = 1) -> Run:
    """The text-classification pipeline on a model folder of ours, as its documentation shows it."""
    import torch
    from transformers import pipeline

    torch.set_num_threads(1)
    run = pipeline("text-classification", model=str(folder), top_k=None, device="cpu", dtype=torch.float32)
    return lambda texts: run(texts, batch_size=batch, truncation=True)


def zero_shot(model: Any, tokenizer: Path, labels: Sequence[str], batch: int = 1) -> Run:
    """The zero-shot-classification pipeline: a pass of the model for each sentence and label.

    Args:
        model: three classes, the last of them entailment.
        tokenizer: a model folder.
        labels: the candidates.
        batch: pairs at once; the default of the pipeline is 1.
    """
    import torch
    from transformers import AutoTokenizer, pipeline

    torch.set_num_threads(1)
    names: Any = AutoTokenizer.from_pretrained(tokenizer, local_files_only=True)
    names.model_input_names = ["input_ids", "attention_mask"]
    run = pipeline("zero-shot-classification", model=model, tokenizer=names, device="cpu")
    return lambda texts: run(texts, candidate_labels=list(labels), multi_label=True, batch_size=batch)


def bart() -> Any:
    """The shape of facebook/bart-large-mnli: 12 + 12 layers of 1,024."""
    from transformers import BartConfig, BartForSequenceClassification

    special: dict[str, int] = {"pad_token_id": 0, "bos_token_id": 101, "eos_token_id": 102}
    return BartForSequenceClassification(
        BartConfig(**_entailment(), **special, decoder_start_token_id=102, forced_eos_token_id=102)
    ).eval()


def deberta() -> Any:
    """The shape of the zero-shot models made from microsoft/deberta-v3-large: 24 layers of 1,024."""
    from transformers import DebertaV2Config, DebertaV2ForSequenceClassification

    shape: dict[str, Any] = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16}
    shape |= {"intermediate_size": 4096, "relative_attention": True, "position_buckets": 256, "share_att_key": True}
    shape |= {"pos_att_type": ["p2c", "c2p"], "norm_rel_ebd": "layer_norm", "position_biased_input": False}
    return DebertaV2ForSequenceClassification(DebertaV2Config(**_entailment(), **shape, type_vocab_size=0)).eval()


def tfidf(texts: Sequence[str], targets: Any) -> Run:
    """A logistic regression a label on TF-IDF of words and word pairs, as in :mod:`stance.baselines`, fitted."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline

    vectoriser = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    heads = OneVsRestClassifier(LogisticRegression(C=10, class_weight="balanced", max_iter=1000))
    run: Run = make_pipeline(vectoriser, heads).fit(texts, targets).predict_proba
    return run


def _entailment() -> dict[str, Any]:
    names = ("contradiction", "neutral", "entailment")
    return {"id2label": dict(enumerate(names)), "label2id": {name: number for number, name in enumerate(names)}}
