"""The rules of tests/rules.py, tried on a small test suite of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

RULES = Path(__file__).parent / "rules.py"
SKIPS = "import pytest\ndef test_it():\n    pytest.skip('no reason')\n"
SKIPS_AS_A_WHOLE = "import pytest\npytest.skip('no reason', allow_module_level=True)\n"
IS_EXPECTED_TO_FAIL = "import pytest\n@pytest.mark.xfail\ndef test_it():\n    raise ValueError\n"
NEEDS_NODE = "import pytest\n@pytest.mark.node\ndef test_it():\n    raise ValueError\n"


def run(folder, text, **environment):
    (folder / "conftest.py").write_text(RULES.read_text())
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    node: x\n    docker: x\n")
    (folder / "test_it.py").write_text(text)
    kept = {name: value for name, value in os.environ.items() if name not in {"CI", "PYTEST_ADDOPTS"}}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"]
    done = subprocess.run(
        command,
        cwd=folder,
        env=kept | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("text", [SKIPS, SKIPS_AS_A_WHOLE])
def test_a_skipped_test_is_a_failure_in_ci(tmp_path, text):
    code, said = run(tmp_path, text, CI="true")
    assert code != 0
    assert "although CI=true" in said


def test_a_skipped_test_is_none_elsewhere(tmp_path):
    assert run(tmp_path, SKIPS)[0] == 0


def test_a_test_that_is_expected_to_fail_is_not_a_skipped_one(tmp_path):
    assert run(tmp_path, IS_EXPECTED_TO_FAIL, CI="true")[0] == 0


def test_a_test_without_its_tool_is_left_out_and_said_so(tmp_path):
    code, said = run(tmp_path, NEEDS_NODE, PATH=str(tmp_path))
    assert code == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "left out: 1 tests" in said
    assert "(node)" in said


def test_in_ci_a_test_without_its_tool_is_run_and_fails(tmp_path):
    assert run(tmp_path, NEEDS_NODE, PATH=str(tmp_path), CI="true")[0] == pytest.ExitCode.TESTS_FAILED
