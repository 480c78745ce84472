"""The suites that PyPI `onnx` carries: node cases in memory, others as files.

Source: `onnx/backend/test/case/node` (built when imported) and
`onnx/backend/test/data/<suite>` of the installed package.
"""
from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path
from typing import Iterator

import numpy as np
import onnx
import onnx.backend.test.loader

from case_folder import CaseEntry, make_entry, write_data_set

FILE_SUITES = ("simple", "pytorch-operator", "pytorch-converted")
DATA = Path(onnx.backend.test.loader.DATA_DIR)
DEFAULT_RTOL, DEFAULT_ATOL = 1e-3, 1e-7
SEED = 0


def node_cases(out: Path) -> Iterator[CaseEntry]:
    """Write every node case under `out/node`.

    Most of ONNX's case builders draw from NumPy's global generator without
    seeding it, so it is seeded here to make the export repeatable.
    """
    from onnx.backend.test.case.node import collect_testcases

    np.random.seed(SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        cases = collect_testcases()
    for case in sorted(cases, key=lambda case: case.name):
        folder = out / "node" / case.name
        folder.mkdir(parents=True)
        (folder / "model.onnx").write_bytes(case.model.SerializeToString())
        for k, (inputs, outputs) in enumerate(case.data_sets):
            write_data_set(folder, k, case.model, inputs, outputs)
        yield make_entry("node", case.name, case.model, case.rtol, case.atol,
                         len(case.data_sets), len(case.data_sets[0][0]))


def file_cases(out: Path, suite: str) -> Iterator[CaseEntry]:
    """Copy a suite that the package holds as case folders."""
    for source in sorted((DATA / suite).iterdir()):
        if not (source / "model.onnx").exists():
            continue
        folder = out / suite / source.name
        folder.mkdir(parents=True)
        shutil.copyfile(source / "model.onnx", folder / "model.onnx")
        data_sets = sorted(source.glob("test_data_set_*"))
        for data_set in data_sets:
            shutil.copytree(data_set, folder / data_set.name)
        settings = source / "data.json"
        tolerance = json.loads(settings.read_text()) if settings.exists() else {}
        yield make_entry(
            suite, source.name, onnx.load(folder / "model.onnx"),
            tolerance.get("rtol", DEFAULT_RTOL), tolerance.get("atol", DEFAULT_ATOL),
            len(data_sets), len(list(data_sets[0].glob("input_*.pb"))))
