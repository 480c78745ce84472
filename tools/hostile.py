"""Files that mean harm: every one gives a result or one clear error, in bounded time and memory.

Used by test-cli.
"""
from __future__ import annotations

import os
import random
import subprocess
import time
from pathlib import Path

from command import SECONDS, Command, Failure, expect
from onnx import TensorProto, helper

MODELS = sorted((Path(__file__).resolve().parents[1] / "models").glob("*/model.pb"))
MUTATIONS = 60


def resident(words: list[str]) -> tuple[int, int]:
    """The exit code of a command, and its largest resident size in bytes."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + SECONDS
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage.ru_maxrss * 1024
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise Failure(f"{' '.join(words)}: no answer within {SECONDS} s")
        time.sleep(0.002)


def hostile(ngraph: Command, name: str, content: bytes, work: Path) -> None:
    """A file gives a valid result or a clear error, within bounded memory."""
    path = work / name
    path.write_bytes(content)
    code, memory = resident([str(ngraph.binary), "check", str(path)])
    expect(code in (0, 1, 2), f"{name}: exit code {code}")
    idle = 40 << 20
    expect(memory <= idle + (64 << 20) + 2 * len(content), f"{name}: {memory >> 20} MB resident")


def varint(number: int) -> bytes:
    text = bytearray()
    while number > 0x7F:
        text.append(number & 0x7F | 0x80)
        number >>= 7
    text.append(number)
    return bytes(text)


def message(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content


def nested(ngraph: Command, work: Path) -> None:
    """Graphs in attributes 100,000 deep, 10 MB of empty nodes, lengths beyond the file."""
    # Built from the inside: every level is a graph with a node with an attribute that is a graph.
    levels: list[bytes] = []
    length = 0
    for level in range(100_000):
        field = (1, 6, 5)[level % 3]
        head = varint(field << 3 | 2) + varint(length)
        levels.append(head)
        length += len(head)
    deep = b"".join(reversed(levels))
    hostile(ngraph, "deep.onnx", varint(7 << 3 | 2) + varint(len(deep)) + deep, work)
    hostile(ngraph, "empty-nodes.onnx", message(7, message(1, b"") * (5 << 20)), work)
    hostile(ngraph, "length.onnx", varint(7 << 3 | 2) + varint(1 << 62), work)
    hostile(ngraph, "nothing.onnx", b"", work)
    huge = helper.make_tensor("w", TensorProto.FLOAT, [1], [0.0])
    huge.dims[0] = 1 << 40
    graph = helper.make_graph([helper.make_node("Relu", ["w"], ["y"])], "g", [],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], [huge])
    hostile(ngraph, "huge-tensor.onnx", helper.make_model(graph).SerializeToString(), work)
    expand = helper.make_graph(
        [helper.make_node("ConstantOfShape", ["s"], ["y"])], "g", [],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [helper.make_tensor("s", TensorProto.INT64, [2], [1 << 31, 1 << 31])])
    hostile(ngraph, "huge-value.onnx", helper.make_model(expand).SerializeToString(), work)


def external(ngraph: Command, work: Path) -> None:
    """External data that climbs out of the folder, is no file, or runs past its file is refused."""
    (work / "inside").mkdir()
    (work / "outside.data").write_bytes(b"\0" * 64)
    (work / "inside" / "short.data").write_bytes(b"\0" * 8)
    os.symlink(work / "outside.data", work / "inside" / "link.data")
    for location in ("../outside.data", str(work / "outside.data"), "link.data", "short.data", "missing.data",
                     "/dev/zero", "."):
        tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[16],
                             data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value=location)
        graph = helper.make_graph([helper.make_node("Relu", ["w"], ["y"])], "g", [],
                                  [helper.make_tensor_value_info("y", TensorProto.FLOAT, [16])], [tensor])
        path = work / "inside" / "model.onnx"
        path.write_bytes(helper.make_model(graph).SerializeToString())
        code = ngraph("check", path, code=None).returncode
        expect(code in (1, 2), f"external data at {location}: exit code {code}")


def mutations(ngraph: Command, work: Path) -> None:
    """Random changes of the smallest model, and truncations, never crash the command."""
    original = min(MODELS, key=lambda path: path.stat().st_size).read_bytes()
    source = random.Random(1)
    for index in range(MUTATIONS):
        changed = bytearray(original)
        if index % 3 == 0:
            changed = changed[:source.randrange(len(changed))]
        else:
            # Structure lies at the ends and between tensors; small edits everywhere.
            for _ in range(source.randrange(1, 8)):
                changed[source.randrange(len(changed))] = source.randrange(256)
        hostile(ngraph, f"mutation-{index}.onnx", bytes(changed), work)
