"""A compose file and a sheet of answers, made wrong by their structure."""

import tomllib
from pathlib import Path

import pytest
import yaml

from lab.course.mutants import mutants
from lab.errors import LabError

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = """\
# a comment that does not survive
services:
  kafka:
    image: apache/kafka:4
    environment:
      ROLES: broker,controller
      NODE: "1"   # a text
    init: true
    ports:
      - "9092:9092"
      - "9093:9093"
volumes:
  data:
"""
SHEET = """\
# What will happen?
[answers]
first = "b"          # a, b or c
"who decides" = "the mediator"
count = 3
sequence = ["ask", "answer", "tell"]
"""


def by_id(source, suffix):
    return {mutant.id: mutant for mutant in mutants(source, suffix)}


def test_a_compose_file_loses_keys_elements_and_parts_and_gets_other_values():
    assert list(by_id(COMPOSE, ".yaml")) == [
        "drop-key:services@2",
        "drop-key:services.kafka@3",
        "drop-key:kafka.image@4",
        "change-value:kafka.image@4",
        "drop-key:kafka.environment@5",
        "drop-key:environment.ROLES@6",
        "change-value:environment.ROLES@6",
        "drop-part:environment.ROLES.0@6",
        "drop-part:environment.ROLES.1@6",
        "drop-key:environment.NODE@7",
        "change-value:environment.NODE@7",
        "drop-key:kafka.init@8",
        "change-value:kafka.init@8",
        "drop-key:kafka.ports@9",
        "drop-element:ports.0@10",
        "change-value:ports.0@10",
        "drop-element:ports.1@11",
        "change-value:ports.1@11",
        "drop-key:volumes@12",
        "drop-key:volumes.data@13",
    ]


def test_only_what_is_said_is_changed_and_types_are_kept():
    found = by_id(COMPOSE, ".yml")
    right = yaml.safe_load(COMPOSE)["services"]["kafka"]

    def kafka(name):
        return yaml.safe_load(found[name].source)["services"]["kafka"]

    assert kafka("drop-part:environment.ROLES.1@6") == right | {"environment": {"ROLES": "broker", "NODE": "1"}}
    assert kafka("change-value:environment.NODE@7")["environment"]["NODE"] == "2"
    assert kafka("change-value:kafka.init@8") == right | {"init": False}
    assert kafka("drop-element:ports.0@10") == right | {"ports": ["9093:9093"]}
    assert found["drop-key:environment.ROLES@6"].description == "line 6: without the key 'ROLES'"


def test_in_a_sheet_of_answers_one_answer_is_taken_for_another_and_the_sequence_counts():
    found = by_id(SHEET, ".toml")
    right = tomllib.loads(SHEET)["answers"]

    def answers(name):
        return tomllib.loads(found[name].source)["answers"]

    assert answers("change-value:answers.first@3") == right | {"first": "a"}
    assert answers("change-value:answers.first@3#2") == right | {"first": "c"}
    assert answers("change-value:answers.who_decides@4") == right | {"who decides": "b"}
    assert answers("change-value:answers.count@5") == right | {"count": 4}
    assert answers("drop-key:answers.count@5") == {key: value for key, value in right.items() if key != "count"}
    assert answers("swap-elements:answers.sequence.0@6") == right | {"sequence": ["answer", "ask", "tell"]}
    assert answers("swap-elements:answers.sequence.1@6") == right | {"sequence": ["ask", "tell", "answer"]}
    assert answers("drop-element:sequence.2@6") == right | {"sequence": ["ask", "answer"]}


def test_an_answer_of_several_letters_misses_one_swaps_two_or_takes_one_too_many():
    found = [tomllib.loads(mutant.source) for mutant in mutants('story = "d b a"\nwords = "any two"\n', ".toml")]
    said = [answers["story"] for answers in found if answers.get("words") == "any two" and "story" in answers]
    assert said == ["any two", "b a", "d a", "d b", "b d a", "d b a c"]
    assert [answers.get("words") for answers in found if answers.get("story") == "d b a"] == [None, "d b a"]


@pytest.mark.parametrize(
    ("source", "suffix", "load"),
    [
        (SHEET, ".toml", tomllib.loads),
        (COMPOSE, ".yaml", yaml.safe_load),
        ((ROOT / "compose" / "kafka.yaml").read_text(), ".yaml", yaml.safe_load),
        ((ROOT / "compose" / "postgres.yaml").read_text(), ".yaml", yaml.safe_load),
    ],
)
def test_every_mutant_can_be_read_and_is_like_no_other(source, suffix, load):
    found = mutants(source, suffix)
    data = [repr(load(mutant.source)) for mutant in found]
    assert found
    assert repr(load(source)) not in data
    assert len(set(data)) == len(data)
    assert len({mutant.id for mutant in found}) == len(found)
    assert mutants(source, suffix) == found


@pytest.mark.parametrize(("source", "suffix"), [("a: [", ".yaml"), ("a = ", ".toml")])
def test_a_file_that_cannot_be_read_has_no_mutants(source, suffix):
    with pytest.raises(LabError, match="cannot be read"):
        mutants(source, suffix)


def test_an_empty_file_has_no_mutants():
    assert mutants("", ".yaml") == mutants("# nothing\n", ".toml") == []
