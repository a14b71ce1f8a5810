"""Ways to tamper with a model folder, each with what the refusal must say; for every one the folder is sealed anew.

The sums in ``stance.json`` are made to fit again, as anyone can who changes a folder: what is refused here is refused
for what it holds. The ways that leave the sums alone say so.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper
from safetensors.numpy import load_file, save_file

from stance.artefact import CARD, CONFIG, GRAPH, TOKENIZER, WEIGHTS

Change = Callable[[Path], object]


@dataclass(frozen=True)
class Tampering:
    """A way to tamper.

    Attributes:
        change: done to a folder.
        said: a part of the refusal, a regular expression.
        sealed: whether the sums are made to fit afterwards.
    """

    change: Change
    said: str
    sealed: bool = True


def seal(folder: Path) -> None:
    """Make the sums of all files right that are listed and there, and list those that are not."""
    record = folder / CARD
    data = json.loads(record.read_text(encoding="utf-8"))
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if file.is_file() and name not in (CARD, "README.md"):
            data["files"][name] = hashlib.sha256(file.read_bytes()).hexdigest()
    record.write_text(json.dumps(data), encoding="utf-8")


def table(name: str, change: Callable[[dict], object]) -> Change:
    """Change the content of a JSON file."""

    def do(folder):
        data = json.loads((folder / name).read_text(encoding="utf-8"))
        change(data)
        (folder / name).write_text(json.dumps(data), encoding="utf-8")

    return do


def graph(change: Callable[[onnx.ModelProto], object]) -> Change:
    """Change the ONNX graph."""

    def do(folder):
        model = onnx.load(folder / GRAPH, load_external_data=False)
        change(model)
        (folder / GRAPH).write_bytes(model.SerializeToString())

    return do


def tensors(change: Callable[[dict], object]) -> Change:
    """Change the weights."""

    def do(folder):
        found = load_file(folder / WEIGHTS)
        change(found)
        save_file({name: np.ascontiguousarray(value) for name, value in found.items()}, folder / WEIGHTS)

    return do


def content(name: str, data: bytes) -> Change:
    """Put other bytes into a file, or make one."""
    return lambda folder: (folder / name).write_bytes(data)


def grown(name: str, size: int) -> Change:
    """Make a file very large without writing it."""

    def do(folder):
        with (folder / name).open("r+b") as stream:
            stream.truncate(size)

    return do


def flipped(name: str, at: int) -> Change:
    """Turn one bit over."""

    def do(folder):
        data = bytearray((folder / name).read_bytes())
        data[at] ^= 1
        (folder / name).write_bytes(data)

    return do


def linked(name: str, target: str) -> Change:
    """Replace a file by a link."""

    def do(folder):
        (folder / name).unlink()
        (folder / name).symlink_to(target)

    return do


def piped(name: str) -> Change:
    """Replace a file by a pipe, which nobody ever writes to."""

    def do(folder):
        (folder / name).unlink()
        os.mkfifo(folder / name)

    return do


def header(length: int) -> bytes:
    """The beginning of a safetensors file that claims so long a header."""
    return struct.pack("<Q", length) + b'{"x":'


def swap(config):
    labels = config["id2label"]
    labels["0"], labels["1"] = labels["1"], labels["0"]


def put(found, name, value, at=(0, 0)):
    found[name][at[: found[name].ndim]] = value


def external(model, location):
    """Let a constant that stands in the graph be read from a file."""
    name = next(one.name for one in model.graph.initializer if one.data_location != TensorProto.EXTERNAL)
    for one in model.graph.initializer:
        if one.name == name:
            one.ClearField("raw_data")
            one.data_location = TensorProto.EXTERNAL
            one.external_data.add(key="location", value=location)


def elsewhere(model, location):
    """Let the weights be read from another file."""
    one = next(one for one in model.graph.initializer if one.data_location == TensorProto.EXTERNAL)
    one.external_data[0].value = location


def branch(model):
    inner = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "inner", [], [])
    model.graph.node[0].attribute.append(helper.make_attribute("body", inner))


def function(model):
    node = helper.make_node("Identity", ["x"], ["y"])
    model.functions.append(helper.make_function("own", "f", ["x"], ["y"], [node], model.opset_import))


def resized(model):
    """Another shape for the first of the constants that come from the weights."""
    next(one for one in model.graph.initializer if one.data_location == TensorProto.EXTERNAL).dims[0] += 1


def bomb(model):
    """A constant of four values that claims to have millions of millions."""
    model.graph.initializer.append(TensorProto(name="bomb", data_type=1, dims=[2**40, 2**20], raw_data=b"\0" * 16))


NESTED = b'{"x":' * 5 + b"[" * 200_000 + b"]" * 200_000 + b"}" * 5
MODERATE = '{"a":' * 60 + "1" + "}" * 60
LAYER = "bert.encoder.layer.0.attention.self.query.weight"

WAYS: dict[str, Tampering] = {
    # The sums are left as they were.
    **{
        f"a bit of {name}": Tampering(flipped(name, at), f"{name} was altered", sealed=False)
        for name, at in ((CONFIG, 9), (WEIGHTS, -1), (TOKENIZER, 50), (GRAPH, 100))
    },
    "a file more": Tampering(content("more.txt", b"x"), "more.txt is not listed", sealed=False),
    "a file less": Tampering(lambda f: (f / TOKENIZER).unlink(), "tokenizer.json is missing", sealed=False),
    "two files": Tampering(
        lambda f: (content("a.txt", b"x")(f), flipped(CONFIG, 9)(f)),
        r"a\.txt is not listed.*config\.json was altered",
        sealed=False,
    ),
    "a weight of a label": Tampering(
        tensors(lambda t: put(t, "classifier.weight", 3.0)), f"{WEIGHTS} was altered", sealed=False
    ),
    # The record.
    "labels in another order": Tampering(
        table(CARD, lambda d: d["codebook"]["labels"].reverse()), "codebook_fingerprint is not that"
    ),
    "a threshold of NaN": Tampering(
        lambda f: (f / CARD).write_text((f / CARD).read_text().replace('"thresholds": [', '"thresholds": [NaN, ', 1)),
        "NaN is no number",
        sealed=False,
    ),
    "an infinite bound": Tampering(
        lambda f: (f / CARD).write_text((f / CARD).read_text().replace('"stride": 6', '"stride": 1e999')),
        "1e999 is no number",
        sealed=False,
    ),
    "a threshold above one": Tampering(table(CARD, lambda d: d["thresholds"].__setitem__(0, 1.5)), "thresholds is not"),
    "a number of many digits": Tampering(
        lambda f: (f / CARD).write_text((f / CARD).read_text().replace('"stride": 6', f'"stride": {"9" * 400}')),
        "too many digits",
        sealed=False,
    ),
    "a key twice": Tampering(
        lambda f: (f / CARD).write_text('{"format": 1, ' + (f / CARD).read_text().lstrip()[1:]),
        "'format' occurs twice",
        sealed=False,
    ),
    "a record of no end": Tampering(content(CARD, NESTED), "nested more than 32 deep", sealed=False),
    "metrics nested deep": Tampering(
        lambda f: (f / CARD).write_text((f / CARD).read_text().replace('"metrics": {}', f'"metrics": {MODERATE}')),
        "nested more than 32 deep",
        sealed=False,
    ),
    "a huge record": Tampering(grown(CARD, 2**33), "larger than 4 MiB", sealed=False),
    "a record of zeros without end": Tampering(linked(CARD, "/dev/zero"), "leaves the folder|not a file", sealed=False),
    "a record that is a pipe": Tampering(piped(CARD), "not a file", sealed=False),
    "a path to the parent": Tampering(
        table(CARD, lambda d: d["files"].update({"../x.json": "0" * 64})), "files is not", sealed=False
    ),
    "an unknown task": Tampering(table(CARD, lambda d: d.update(task="code")), "task is not"),
    # Links, pipes and files of other kinds.
    "weights linked from elsewhere": Tampering(linked(WEIGHTS, "/etc/passwd"), "link that leaves", sealed=False),
    "an endless device": Tampering(linked(TOKENIZER, "/dev/zero"), "link that leaves", sealed=False),
    "weights that are a pipe": Tampering(piped(WEIGHTS), "model.safetensors is not a file", sealed=False),
    "a pickle": Tampering(content("pytorch_model.bin", b"\x80\x04K\x01."), "is no safetensors, JSON"),
    "a pickle under another name": Tampering(content(WEIGHTS, b"\x80\x04K\x01."), "is no safetensors file"),
    "code": Tampering(content("modeling.py", b"import os"), "modeling.py is no safetensors"),
    "an adapter": Tampering(content("adapter_config.json", b"{}"), "names weights beside"),
    "an index of other weights": Tampering(content("model.safetensors.index.json", b"{}"), "names weights beside"),
    "very many files": Tampering(lambda f: [content(f"{i}.txt", b"")(f) for i in range(200)], "more than 100 files"),
    # Weights.
    "a header beyond the limit": Tampering(
        lambda f: (content(WEIGHTS, header(9 * 2**20))(f), grown(WEIGHTS, 2**24)(f)), "a header of 9 MiB"
    ),
    "a header beyond the file": Tampering(content(WEIGHTS, header(2**62)), "header is cut short"),
    "a header nested deep": Tampering(
        content(WEIGHTS, struct.pack("<Q", len(NESTED)) + NESTED), "is no safetensors file"
    ),
    "huge weights": Tampering(grown(WEIGHTS, 2**40), "larger than 8 GiB", sealed=False),
    "an empty file of weights": Tampering(content(WEIGHTS, b""), "header is cut short"),
    "no head": Tampering(tensors(lambda t: t.pop("classifier.bias")), "the head is missing"),
    "a head of another size": Tampering(
        tensors(lambda t: t.update({"classifier.bias": np.zeros(7, np.float32)})), r"the shape \[7\] for 5 labels"
    ),
    "a layer of another shape": Tampering(
        tensors(lambda t: t.update({LAYER: t[LAYER][:, :-1]})), "attention.self.query.weight has the shape"
    ),
    "a tensor too many": Tampering(
        tensors(lambda t: t.update({"backdoor": np.zeros(3, np.float32)})), "no part of it: backdoor"
    ),
    "weights of another type": Tampering(
        tensors(lambda t: t.update({LAYER: t[LAYER].astype(np.int32)})), "stored as I32"
    ),
    "a weight of NaN": Tampering(tensors(lambda t: put(t, "classifier.weight", np.nan)), "no numbers: classifier"),
    "an infinite weight in fp16": Tampering(tensors(lambda t: put(t, LAYER, -np.inf)), "no numbers: bert"),
    # The configuration.
    "labels swapped": Tampering(table(CONFIG, swap), "for id2label"),
    "code for transformers": Tampering(
        table(CONFIG, lambda c: c.update(auto_map={"AutoModel": "modeling.Evil"})), "code from elsewhere .auto_map"
    ),
    "code for the tokenizer": Tampering(
        table("tokenizer_config.json", lambda c: c.update(auto_map={"AutoTokenizer": ["t.T", None]})),
        "tokenizer_config.json asks for code",
    ),
    "trust asked for": Tampering(table(CONFIG, lambda c: c.update(trust_remote_code=True)), "trust_remote_code"),
    "kernels of the hub": Tampering(
        table(CONFIG, lambda c: c.update(attn_implementation="someone/kernels")), "attn_implementation"
    ),
    "another kind of model": Tampering(table(CONFIG, lambda c: c.update(model_type="gpt2")), "for model_type"),
    "very many layers": Tampering(table(CONFIG, lambda c: c.update(num_hidden_layers=999_999)), "999,999 layers"),
    "a width beyond all": Tampering(table(CONFIG, lambda c: c.update(hidden_size=10**12)), "for hidden_size, not"),
    "a vocabulary of another size": Tampering(table(CONFIG, lambda c: c.update(vocab_size=9)), "has 9 for vocab_size"),
    "a quantised model": Tampering(table(CONFIG, lambda c: c.update(quantization_config={"a": 1})), "has quantization"),
    "a configuration nested deep": Tampering(content(CONFIG, NESTED), "config.json is not sound JSON"),
    # The tokenizer.
    "a tokenizer nested deep": Tampering(content(TOKENIZER, NESTED), "tokenizer.json is not sound JSON"),
    "a huge tokenizer": Tampering(grown(TOKENIZER, 2**30), "larger than 64 MiB", sealed=False),
    "a token beyond the vocabulary": Tampering(
        table(TOKENIZER, lambda t: t["model"]["vocab"].update(zzz=10**6)), "tokens up to number 1000000"
    ),
    "a token below nothing": Tampering(table(TOKENIZER, lambda t: t["model"]["vocab"].update(zzz=-1)), "that are none"),
    "a pattern in the tokenizer": Tampering(
        table(
            TOKENIZER,
            lambda t: t.update(
                pre_tokenizer={"type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Isolated", "invert": False}
            ),
        ),
        "patterns of its own",
    ),
    # The graph.
    "no graph": Tampering(content(GRAPH, b"not a graph"), "it is no graph that is read"),
    "an operator that is not allowed": Tampering(
        graph(lambda m: m.graph.node.append(helper.make_node("Loop", ["a"], ["b"]))), "not allowed: Loop"
    ),
    "two operators that are not allowed": Tampering(
        graph(
            lambda m: m.graph.node.extend(
                [helper.make_node("RandomNormal", [], ["b"], shape=[1]), helper.make_node("If", ["a"], ["c"])]
            )
        ),
        "not allowed: If, RandomNormal",
    ),
    "an operator of somebody's own": Tampering(
        graph(lambda m: m.graph.node.append(helper.make_node("Evil", ["a"], ["b"], domain="own"))), "own:Evil"
    ),
    "operators of a library": Tampering(
        graph(lambda m: m.opset_import.append(helper.make_opsetid("ai.onnx.contrib", 1))), "of ai.onnx.contrib are"
    ),
    "a function": Tampering(graph(function), "a field of the number 25"),
    "a graph in an operator": Tampering(graph(branch), "an attribute of .* is refused"),
    "data from another file": Tampering(graph(lambda m: external(m, "../../etc/passwd")), "read from '../../etc"),
    "weights from another file": Tampering(graph(lambda m: elsewhere(m, "/etc/passwd")), "read from '/etc/passwd'"),
    "a constant of another shape": Tampering(graph(resized), "the weights have"),
    "a constant that is none": Tampering(graph(bomb), "bomb has 4 values for a shape of"),
    "another output": Tampering(
        graph(lambda m: setattr(m.graph.output[0], "name", "other")), "its outputs are other, not"
    ),
    "a huge graph": Tampering(grown(GRAPH, 2**30), "model.onnx is larger than 16 MiB"),
}
