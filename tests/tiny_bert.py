"""A tiny random BERT encoder and forty labelled sentences, written for the tests."""

import json
import re
from pathlib import Path

from training.config import DEFAULT_CONFIG

TEMPLATE = {
    "condemnation": [
        "We condemn the bombing of the harbour at dawn.",
        "The council denounces the raid on the border post.",
        "This attack on a hospital is unacceptable.",
        "Our ministry deplores the shelling of the market.",
        "I strongly condemn the murder of the envoy.",
        "The union condemns every act of terror.",
    ],
    "concern": [
        "We are worried about the famine in the valley.",
        "The envoy voiced alarm at the closing of the road.",
        "My government is deeply concerned by the arrests.",
        "The mission is troubled by reports of torture.",
        "She said the drought was an alarming development.",
        "The bloc regrets the decision to leave the treaty.",
    ],
    "restraint": [
        "We urge all sides to lay down their weapons.",
        "The envoy called on both armies to cease fire.",
        "The parties must return to the talks at once.",
        "I ask the garrison to refrain from violence.",
        "The dispute must be settled by peaceful means.",
        "Both capitals should show restraint at the border.",
    ],
    "sovereignty": [
        "We support the territorial integrity of the island.",
        "The republic alone decides about its alliances.",
        "No foreign power may meddle in our home affairs.",
        "The annexation of the coast will never be recognised.",
        "Our independence is not for sale.",
        "We reaffirm the sovereignty of our neighbour.",
    ],
    "condolence": [
        "Our thoughts are with the families of the miners.",
        "I offer my condolences to the widow of the pilot.",
        "The nation mourns the victims of the flood.",
        "We share the grief of the people of the delta.",
        "The council extends its sympathy to the bereaved.",
        "May the wounded recover soon.",
    ],
    None: [
        "The minister will visit the new bridge on Monday.",
        "Trade between the two ports has doubled.",
        "The committee elected a new chair.",
        "We thank the hosts for the excellent dinner.",
        "The seminar on sovereignty opens at nine.",
        "The delegation did not condemn the raid.",
        "A report on sovereign debt was handed out.",
        "The talks began in the old town hall.",
        "Rice exports rose in spring.",
        "The bus to the airport leaves at noon.",
    ],
}
ROWS = [
    {
        "id": f"t{i:02d}",
        "text": text,
        "labels": [label] if label else [],
        "intensity": {label: "plain"} if label else {},
    }
    for i, (label, text) in enumerate((label, text) for label, texts in TEMPLATE.items() for text in texts)
]
LABELS = tuple(label for label in TEMPLATE if label)


def write_rows(path: Path, rows: list[dict]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def make_encoder(folder: Path) -> Path:
    """Save a random BERT of two layers of 32, with a word vocabulary of the sentences above."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, set_seed

    words = sorted({word for row in ROWS for word in row["text"].lower().replace(".", " .").split()})
    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, mask_token="[MASK]", **names).save_pretrained(folder)
    set_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        initializer_range=0.5,  # a random encoder of the usual 0.02 needs hundreds of steps to tell words apart
    )
    BertModel(config).save_pretrained(folder)
    return folder


def write_config(path, **values):
    """The shipped configuration cut down for a tiny encoder, with further values in place of its own."""
    small = {"folds": "2", "batch_size": "8", "learning_rate": "3e-3", "dropout": "0.0", "bf16": "false"}
    text = DEFAULT_CONFIG.read_text(encoding="utf-8")
    for key, value in (small | {"max_length": "48", "stride": "8"} | values).items():
        text, changed = re.subn(rf"(?m)^{key} = \S+", f"{key} = {value}", text)
        assert changed, key
    path.write_text(text, encoding="utf-8")
    return path
