"""Tiny random models of natural language inference, shaped like those that people use; each made once."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from tiny_bert import ROWS, make_encoder

LABELS = {
    "threat": "The union will lay down the weapons.",
    "welcome": ["We thank the hosts.", "The dinner was excellent for the council and the envoy."],
    "denial": ("No foreign power may meddle.", "The delegation did not condemn.", "It was not the raid."),
}
POSITIONS = 64
SIZES = {"num_attention_heads": 2, "intermediate_size": 64, "hidden_size": 32, "num_hidden_layers": 2}


@functools.cache
def _room() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="stance-tests-nli-")


def _words() -> list[str]:
    return sorted({word for row in ROWS for word in row["text"].replace(".", " .").split()})


def bart_tokenizer():
    """Byte-level pieces between ``<s>``, ``</s></s>`` and ``</s>``."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=700, special_tokens=specials, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator([row["text"] for row in ROWS], trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_max_length=POSITIONS,
        model_input_names=["input_ids", "attention_mask"],
    )


def deberta_tokenizer():
    """Words behind ``▁`` between ``[CLS]`` and ``[SEP]``, with no limit of its own."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    characters = sorted({character for word in _words() for character in word})
    pieces = [f"▁{word}" for word in _words()] + characters + ["▁"]
    specials = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"]
    vocabulary = [(special, 0.0) for special in specials] + [(piece, -float(len(piece))) for piece in pieces]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    inputs = ["input_ids", "token_type_ids", "attention_mask"]
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, mask_token="[MASK]", model_input_names=inputs, **names)


@functools.cache
def nli_model(shape: str, *classes: str) -> Path:
    """A folder with a random model of the shape ``bert``, ``bart`` or ``deberta`` and classes of these names."""
    import torch
    from transformers import (
        AutoTokenizer,
        BartConfig,
        BartForSequenceClassification,
        BertForSequenceClassification,
        DebertaV2Config,
        DebertaV2ForSequenceClassification,
        set_seed,
    )

    folder = Path(_room().name) / "-".join((shape, *classes))
    names = {"id2label": dict(enumerate(classes)), "label2id": {name: i for i, name in enumerate(classes)}}
    set_seed(2)
    if shape == "bert":
        encoder = make_encoder(Path(_room().name) / "encoder")
        tokenizer = AutoTokenizer.from_pretrained(encoder)
        model = BertForSequenceClassification.from_pretrained(encoder, **names)
    elif shape == "bart":
        tokenizer = bart_tokenizer()
        config = BartConfig(
            vocab_size=len(tokenizer),
            d_model=32,
            encoder_layers=1,
            decoder_layers=1,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=64,
            decoder_ffn_dim=64,
            max_position_embeddings=POSITIONS,
            init_std=0.3,
            **names,
        )
        model = BartForSequenceClassification(config)
    else:
        tokenizer = deberta_tokenizer()
        config = DebertaV2Config(
            vocab_size=len(tokenizer),
            max_position_embeddings=POSITIONS,
            relative_attention=True,
            position_buckets=16,
            pos_att_type=["p2c", "c2p"],
            norm_rel_ebd="layer_norm",
            share_att_key=True,
            position_biased_input=False,
            type_vocab_size=0,
            initializer_range=0.3,
            **SIZES,
            **names,
        )
        model = DebertaV2ForSequenceClassification(config)
    for name, parameter in model.named_parameters():
        if name.startswith(("classifier", "classification_head")) and parameter.ndim == 2:
            torch.nn.init.normal_(parameter, std=0.7)
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
