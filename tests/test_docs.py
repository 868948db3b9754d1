"""What the documents say is what the code does."""

import ast
import re
from pathlib import Path

import pytest
import typer
from pydantic import BaseModel
from typer.main import get_command

from lab.cli.main import app
from lab.docs import __main__ as command
from lab.docs import capture, command_line, licences, mediator, settings
from lab.docs.pages import PAPERS, pages, stale
from lab.docs.topics import anchor
from lab.errors import ExitCode
from lab.shop.parts import Parts
from lab.shop.runtime.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {".venv", ".git", ".lab", "workspace", "node_modules", ".pytest_cache", ".ruff_cache", ".mypy_cache"}
DOCUMENTS = [file for file in ROOT.rglob("*.md") if not NOT_OURS & set(file.relative_to(ROOT).parts)]
TEXTS = {str(file.relative_to(ROOT)): file.read_text() for file in DOCUMENTS}


# --- generated pages ---


@pytest.mark.parametrize("name", pages())
def test_a_generated_page_is_current(name):
    """Mend it with: just docs."""
    assert stale(ROOT, {name: pages()[name]}) == []


def test_a_changed_or_missing_page_is_stale(tmp_path):
    (tmp_path / "same").write_text("text")
    (tmp_path / "changed").write_text("texts")
    assert stale(tmp_path, dict.fromkeys(("same", "changed", "missing"), lambda: "text")) == ["changed", "missing"]


def test_the_check_names_stale_pages_and_ends_with_1(monkeypatch, capsys):
    monkeypatch.setattr(command, "stale", lambda _: ["docs/reference/x.md"])
    assert command.main(["--check"]) == 1
    assert "docs/reference/x.md" in capsys.readouterr().out


def test_every_setting_is_on_the_page_of_settings():
    code = {
        node.value
        for file in (ROOT / "lab").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"LAB_[A-Z_]+", node.value)
    }
    compose = {name for file in (ROOT / "compose").iterdir() for name in re.findall(r"\$\{(LAB_\w+)", file.read_text())}
    fields = {f"LAB_{name.upper()}" for name in Settings.model_fields}
    assert fields
    assert {name for name in code | compose | fields if f"`{name}`" not in TEXTS["docs/reference/settings.md"]} == set()


def test_a_setting_without_a_docstring_is_refused():
    class Odd(BaseModel):
        mystery: int = 1

    with pytest.raises(LookupError, match="mystery"):
        settings.unit_settings(Odd)


def test_the_mediators_page_shows_every_row():
    page = TEXTS["docs/reference/mediator.md"]
    for (state, on), row in Parts(1).table()[0].items():
        section = page.split(f"## {state}\n", 1)[1].split("\n## ")[0]
        line = next(line for line in section.splitlines() if line.startswith(f"| `{on}` |"))
        assert "stays" in line or f"`{row.to}`" in line
        assert all(f"`{said}`" in line for said in mediator.commands(row))


def test_the_command_lines_page_shows_every_command_that_is_not_hidden():
    small = typer.Typer(invoke_without_command=True)
    group = typer.Typer()
    small.callback()(lambda: None)
    small.add_typer(group, name="order", help="Orders.")

    @group.command(epilog="Example: lab order place")
    def place(count: int = 1) -> None:
        """Place an order."""

    @group.command(hidden=True)
    def secret() -> None:
        """Nobody's business."""

    page = command_line.describe(small)
    assert "## lab order place" in page
    assert "--count" in page
    assert "Example: lab order place" in page
    assert "secret" not in page
    assert all(f"| {code.value} | `{code.name}` | {code.meaning} |" in page for code in ExitCode)


def test_every_command_shows_an_example():
    page = TEXTS["docs/reference/command-line.md"]
    sections = re.split(r"^## (?=lab)", page, flags=re.MULTILINE)[1:]
    assert sections
    assert [text.splitlines()[0] for text in sections if "uv run lab" not in text] == []


# --- links and commands in all documents ---


def anchors(text):
    """The anchors of a page's headings, as they are made on the web."""
    without_code = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", without_code, re.MULTILINE)
    return {anchor(re.sub(r"[^\w\s.-]", "", heading)) for heading in headings}


def dead_links(file, text):
    dead = []
    for target in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, fragment = target.partition("#")
        there = (file.parent / path).resolve() if path else file
        if not there.exists() or (fragment and fragment not in anchors(there.read_text())):
            dead.append(target)
    return dead


@pytest.mark.parametrize("name", TEXTS)
def test_links_inside_the_repository_lead_somewhere(name):
    assert dead_links(ROOT / name, TEXTS[name]) == []


def test_a_dead_link_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A page.md\n[a](other.md) [b](#a-pagemd) [c](#nowhere) [d](https://example.org/x) [e](page.md)")
    assert dead_links(page, page.read_text()) == ["other.md", "#nowhere"]


def unknown_commands(text):
    known = set(get_command(app).commands)
    return {word for word in re.findall(r"uv run lab ([a-z]+)", text) if word not in known}


@pytest.mark.parametrize("name", TEXTS)
def test_a_document_names_only_commands_that_exist(name):
    assert unknown_commands(TEXTS[name]) == set()


def test_a_command_that_does_not_exist_is_found():
    assert unknown_commands("try `uv run lab up`, then `uv run lab fly`") == {"fly"}


# --- papers ---


def test_every_package_that_runs_with_the_lab_is_in_the_list_of_licences():
    listed = re.findall(r"^\| \[?([a-z0-9-]+)", TEXTS["THIRD_PARTY_LICENCES.md"], re.MULTILINE)
    assert set(licences.requirements("orderlab")) - set(listed) == set()
    assert set(licences.runtime_packages()) - set(listed) == set()
    assert set(PAPERS) <= set(TEXTS)


def test_the_readme_says_first_where_it_runs_and_how_to_begin():
    text = TEXTS["README.md"]
    assert all(system in text.splitlines()[0] for system in ("Linux", "macOS", "Windows", "WSL2"))
    for line in ("pip install uv && uv run lab", "uv run pytest", "uv run lab phase 1 --orders 25"):
        assert line in text


# --- the tutorial ---


def test_captured_output_is_put_between_the_marks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{capture.BEGIN}\nold\n{capture.END}\nafter\n")
    capture.put_in("new\n", page)
    assert page.read_text() == f"before\n{capture.BEGIN}\n\n```console\nnew\n```\n\n{capture.END}\nafter\n"


def test_a_page_without_its_marks_is_refused(tmp_path):
    (tmp_path / "page.md").write_text(capture.BEGIN)
    with pytest.raises(ValueError, match="exactly one pair"):
        capture.put_in("new", tmp_path / "page.md")


def test_the_tutorial_shows_real_output():
    text = TEXTS["docs/tutorial/one-order.md"]
    shown = text.split(capture.BEGIN)[1].split(capture.END)[0]
    assert all(name in shown for name in ("order.created", "shipping.initiated", "order.delivered"))
