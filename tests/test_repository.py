"""What must not get into the repository, whoever adds it."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_MODULE = 300  # lines
REGISTRIES = r"pypi\.org|pythonhosted\.org|registry-1\.docker|repo1?\.maven|maven\.org|npmjs|proxy\.golang"
MACHINE = r"(?<![\w.])/(root|home/\w+|Users/\w+|work)/[\w.]"


def tracked():
    """Files git knows or would add; where this is no git repository (a built archive), all files."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name]
        return [path for path in map(ROOT.joinpath, names) if path.is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts]


def text_of(path):
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


def found(pattern):
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in tracked()
        if path != Path(__file__).resolve()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if re.search(pattern, line)
    ]


def test_no_lock_file_is_kept_since_it_records_download_addresses():
    assert not [path for path in tracked() if path.name == "uv.lock"]


def test_no_file_names_a_package_registry():
    assert found(REGISTRIES) == []


def test_no_file_names_a_path_of_somebodys_machine():
    assert found(MACHINE) == []


@pytest.mark.parametrize(
    "line", ["see https://" + "pypi" + ".org/simple", "cd /wor" + "k/main", "open /ro" + "ot/x", "/Use" + "rs/anna/lab"]
)
def test_the_two_patterns_find_what_they_are_for(line):
    assert re.search(f"{REGISTRIES}|{MACHINE}", line)


def test_no_folder_is_kept_for_show():
    """A folder whose only content is an empty file holds a place for nothing."""
    folders = {}
    for path in tracked():
        for folder in path.relative_to(ROOT).parents:
            folders.setdefault(folder, []).append(path)
    for_show = [str(folder) for folder, inside in folders.items() if not any(path.stat().st_size for path in inside)]
    assert for_show == []


@pytest.mark.parametrize("where", ["lab", "solutions"])
def test_no_module_is_longer_than_a_few_screens(where):
    modules = [path for path in tracked() if path.suffix == ".py" and path.is_relative_to(ROOT / where)]
    lengths = {str(path.relative_to(ROOT)): len(text_of(path).splitlines()) for path in modules}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}
