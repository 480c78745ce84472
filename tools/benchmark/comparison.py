"""The comparison that `compare` runs inside its virtual environment; see there."""
from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from peer import ENGINES
from verify import TOLERANCE, error

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NGRAPH = "ngraph"


class Unable(Exception):
    """An engine that can't run a model, or runs it wrong."""


@dataclass
class Figures:
    """What was measured of one engine on one model with one thread count, fastest first."""

    runs: list[float] = field(default_factory=list)
    load: list[float] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)
    process: list[float] = field(default_factory=list)
    peak: list[int] = field(default_factory=list)
    imports: list[int] = field(default_factory=list)
    problem: str = ""

    def row(self) -> dict[str, object]:
        """The best of each."""
        found = {name: min(values) for name, values in vars(self).items()
                 if isinstance(values, list) and values}
        return found | ({"problem": self.problem} if self.problem else {})


def launch(words: list[str], out: Path) -> tuple[str, float, int]:
    """Standard output, milliseconds from start to exit, and the largest resident size."""
    with open(out, "w+b") as stdout, open(out.with_suffix(".err"), "w+b") as stderr:
        start = time.perf_counter()
        process = subprocess.Popen(words, stdout=stdout, stderr=stderr)
        _, status, usage = os.wait4(process.pid, 0)
        elapsed = (time.perf_counter() - start) * 1e3
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        lines = out.with_suffix(".err").read_text(errors="replace").strip().splitlines()
        raise Unable(lines[-1] if lines else f"exit code {process.returncode}")
    return out.read_text(), elapsed, usage.ru_maxrss * 1024


class Comparison:
    """One model folder, engines that take turns on it."""

    def __init__(self, folder: Path, ngraph: Path, kernels: list[str], scratch: Path) -> None:
        self.folder, self.ngraph, self.kernels, self.scratch = folder, ngraph, kernels, scratch
        numbered = lambda pattern: sorted(
            folder.glob(pattern), key=lambda p: int(p.stem.split("_")[1]))
        self.inputs = [str(path) for path in numbered("input_*.npy")]
        self.expected = [np.load(path) for path in numbered("expected_*.npy")]

    def answer(self, engine: str, threads: int, figures: Figures) -> None:
        """One process that gives one answer, which must be the expected one."""
        out = self.scratch / f"{engine}-answer"
        if engine == NGRAPH:
            words = [str(self.ngraph), "run", str(self.folder / "model.onnx"), *self.inputs,
                     "--output", f"{out}/", "--threads", str(threads), *self.kernels]
        else:
            words = [sys.executable, str(HERE / "peer.py"), engine, str(self.folder),
                     "--threads", str(threads), "--out", str(out)]
        text, elapsed, peak = launch(words, self.scratch / "answer.txt")
        found = [np.load(out / f"output_{i}.npy") for i in range(len(list(out.glob("output_*.npy"))))]
        if self.expected and not error(self.expected, found) <= TOLERANCE:
            raise Unable(f"wrong: error {error(self.expected, found):.3g}")
        figures.process.append(elapsed)
        figures.peak.append(peak)
        if engine != NGRAPH:
            figures.imports.append(json.loads(text)["imports"])

    def turn(self, engine: str, threads: int, seconds: float, figures: Figures) -> None:
        """One process of repeated runs."""
        if engine == NGRAPH:
            words = [str(self.ngraph), "bench", str(self.folder / "model.onnx"), *self.inputs, "--json",
                     "--threads", str(threads), "--seconds", str(seconds), *self.kernels]
            report = json.loads(launch(words, self.scratch / "turn.txt")[0])
            phases = {name: value / 1e6 for name, value in report["phases"].items()}
            figures.runs.append(report["runs"]["minimum"] / 1e6)
            figures.load.append(phases["load"] + phases["optimize"] + phases["plan"])
            figures.answer.append(sum(phases.values()))
        else:
            words = [sys.executable, str(HERE / "peer.py"), engine, str(self.folder),
                     "--threads", str(threads), "--seconds", str(seconds)]
            report = json.loads(launch(words, self.scratch / "turn.txt")[0])
            figures.runs.append(report["minimum"])
            figures.load.append(report["load"])
            figures.answer.append(report["load"] + report["first"])

    def measure(self, engines: list[str], threads: int, seconds: float, rounds: int) -> dict[str, Figures]:
        """The engines' figures after all rounds."""
        figures = {engine: Figures() for engine in engines}
        for round_number in range(rounds):
            for engine, found in figures.items():
                if found.problem:
                    continue
                try:
                    self.answer(engine, threads, found)
                    self.turn(engine, threads, seconds, found)
                except Unable as failure:
                    found.problem = str(failure)
                    print(f"{self.folder.name}: {engine}: round {round_number + 1}: {failure}",
                          file=sys.stderr, flush=True)
        return figures


def table(header: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(w) if i == 0 else cell.rjust(w)
                  for i, (cell, w) in enumerate(zip(row, widths))).rstrip()
        for row in [header, *rows])


def speed_table(results: list[dict], engines: list[str]) -> str:
    """Fastest runs, and peer / ngraph of each; last the geometric means by thread count."""
    peers = [engine for engine in engines if engine != NGRAPH]
    header = ["model", "threads", *(f"{engine} ms" for engine in engines),
              *(f"x {peer}" for peer in peers), "x best"]
    rows: list[list[str]] = []
    ratios: dict[tuple[int, str], list[float]] = {}
    for result in results:
        best = {engine: row.get("runs") for engine, row in result["engines"].items()}
        row = [result["model"], str(result["threads"])]
        row += [f"{best[engine]:.3f}" if best[engine] else "-" for engine in engines]
        own = best.get(NGRAPH)
        known: dict[str, float] = {peer: best[peer] / own for peer in peers if own and best[peer]}
        if known:
            known["best"] = min(known.values())
        for name in [*peers, "best"]:
            row.append(f"{known[name]:.2f}" if name in known else "-")
            if name in known:
                ratios.setdefault((result["threads"], name), []).append(known[name])
        rows.append(row)
    for threads in sorted({threads for threads, _ in ratios}):
        means = {name: math.exp(sum(map(math.log, values)) / len(values))
                 for (count, name), values in ratios.items() if count == threads}
        rows.append(["geometric mean", str(threads), *("" for _ in engines),
                     *(f"{means[name]:.2f}" if name in means else "-" for name in [*peers, "best"])])
    return table(header, rows)


def start_table(results: list[dict], engines: list[str]) -> str:
    """Creation, creation and first run, process, memory: for the first thread count of each model."""
    rows: list[list[str]] = []
    seen: set[str] = set()
    for result in results:
        if result["model"] in seen:
            continue
        seen.add(result["model"])
        for engine in engines:
            row = result["engines"][engine]
            if "peak" not in row or "load" not in row:
                continue
            beyond = (row["peak"] - row["imports"]) / 1e6 if "imports" in row else row["peak"] / 1e6
            rows.append([result["model"], engine, f"{row['load']:.1f}", f"{row['answer']:.1f}",
                         f"{row['process']:.1f}", f"{row['peak'] / 1e6:.1f}", f"{beyond:.1f}"])
    return table(["model", "engine", "creation ms", "and first run ms", "process ms", "peak MB",
                  "beyond imports MB"], rows)


def show(results: list[dict], engines: list[str]) -> None:
    print(speed_table(results, engines))
    print()
    print(start_table(results, engines))


def main() -> None:
    parser = argparse.ArgumentParser(prog="compare")
    parser.add_argument("folders", type=Path, nargs="*", metavar="FOLDER")
    parser.add_argument("--ngraph", type=Path)
    parser.add_argument("--engines", nargs="+", default=[NGRAPH, *ENGINES], choices=[NGRAPH, *ENGINES])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kernels")
    parser.add_argument("--json", type=Path, help="add the results to this file of JSON lines")
    parser.add_argument("--show", type=Path, help="only print the tables of a file that --json wrote")
    arguments = parser.parse_args()
    if arguments.show:
        show([json.loads(line) for line in arguments.show.read_text().splitlines()], arguments.engines)
        return
    if not arguments.folders:
        parser.error("name a folder")
    ngraph: Path = arguments.ngraph or ROOT / ".build" / "ngraph"
    if not arguments.ngraph:
        subprocess.run([ROOT / "tools" / "ngraph", "--version"], check=True, stdout=subprocess.DEVNULL)
    folders: list[Path] = []
    for folder in arguments.folders:
        inside = [folder] if (folder / "model.onnx").exists() else sorted(
            path.parent for path in folder.glob("*/model.onnx"))
        if not inside:
            parser.error(f"{folder} holds no model.onnx")
        folders += inside
    kernels = ["--kernels", arguments.kernels] if arguments.kernels else []
    results: list[dict] = []
    with tempfile.TemporaryDirectory() as scratch:
        for folder in folders:
            comparison = Comparison(folder, ngraph.resolve(), kernels, Path(scratch))
            for threads in arguments.threads:
                measured = comparison.measure(
                    arguments.engines, threads, arguments.seconds, arguments.rounds)
                results.append({"model": folder.name, "threads": threads,
                                "engines": {name: found.row() for name, found in measured.items()}})
                if arguments.json:
                    with open(arguments.json, "a") as lines:
                        lines.write(json.dumps(results[-1]) + "\n")
    show(results, arguments.engines)


if __name__ == "__main__":
    main()
