"""The AsyncAPI document, held to the standard by AsyncAPI's own parser."""

import subprocess
from pathlib import Path

import pytest

import lab.home

DOCUMENT = (Path(__file__).resolve().parent.parent / "docs" / "reference" / "asyncapi.yaml").read_text()
PARSER = "3.6.3"
PROGRAM = """
const { Parser } = require('@asyncapi/parser');
const text = require('fs').readFileSync(0, 'utf8');
new Parser().parse(text).then(({ document, diagnostics }) => {
  const faults = diagnostics.filter((found) => found.severity < 2); // errors and warnings
  for (const found of faults) console.log(found.path.join('/'), found.message);
  process.exit(document && faults.length === 0 ? 0 : 1);
});
"""


@pytest.fixture(scope="module")
def asyncapi(tmp_path_factory):
    """Installs AsyncAPI's parser once, outside the tree; gives a function: text → (is valid, what is wrong)."""
    folder = lab.home.cache() / f"asyncapi-parser-{PARSER}"
    if not (folder / "node_modules" / "@asyncapi" / "parser" / "package.json").exists():
        install = [
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--no-save",
            "--prefix",
            str(folder),
        ]
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([*install, f"@asyncapi/parser@{PARSER}"], check=True, capture_output=True, timeout=110)

    def check(text):
        done = subprocess.run(
            ["node", "-e", PROGRAM], input=text, cwd=folder, capture_output=True, text=True, check=False, timeout=60
        )
        return done.returncode == 0, done.stdout + done.stderr

    return check


@pytest.mark.node
@pytest.mark.timeout(240)
def test_the_asyncapi_document_is_valid(asyncapi):
    assert asyncapi(DOCUMENT) == (True, "")


@pytest.mark.node
@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("action: send", "action: shout"),
        ("partitions: 3", "partitions: many"),
        ('"$ref": "#/components/schemas/OrderCreated"', '"$ref": "#/components/schemas/Nothing"'),
        ("type: integer", "type: whole"),
    ],
)
def test_the_parser_finds_a_planted_fault(asyncapi, right, wrong):
    assert right in DOCUMENT
    assert asyncapi(DOCUMENT.replace(right, wrong))[0] is False
