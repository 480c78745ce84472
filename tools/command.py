"""The command ngraph as test-cli calls it, and how a check says that it does not hold."""
from __future__ import annotations

import json
import subprocess
from pathlib import Path

SECONDS = 60


class Failure(Exception):
    """A check that did not hold."""


def expect(condition: bool, message: str) -> None:
    if not condition:
        raise Failure(message)


class Command:
    """The command under test."""

    def __init__(self, binary: Path) -> None:
        self.binary = binary

    def __call__(self, *arguments: object, code: int | None = 0, **options) -> subprocess.CompletedProcess:
        words = [str(self.binary), *map(str, arguments)]
        result = subprocess.run(words, capture_output=True, timeout=SECONDS, **options)
        if code is not None:
            expect(result.returncode == code,
                   f"{' '.join(words[1:])}: exit code {result.returncode}, expected {code}: "
                   f"{result.stderr.decode(errors='replace').strip()}")
        return result

    def error(self, *arguments: object, code: int) -> str:
        """The one line on standard error of a command that fails with `code`."""
        result = self(*arguments, code=code)
        text = result.stderr.decode()
        expect(text.startswith("ngraph: error: ") and text.count("\n") == 1 and text.endswith("\n"),
               f"expected one line 'ngraph: error: ...', found {text!r}")
        return text

    def json(self, *arguments: object, code: int = 0) -> dict:
        return json.loads(self(*arguments, "--json", code=code).stdout)
