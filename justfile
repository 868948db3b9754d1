# `just` lists the recipes; .ci/run runs them all in a clean clone.

default:
    @just --list

# what a change must pass before it is handed on
check:
    uv run --group authors ruff check
    uv run --group authors ruff format --check
    uv run --group authors mypy

# the project's tests; `just test tests/engines -k kill` runs some of them
test *ARGS:
    uv run --group authors pytest {{ARGS}}

# put the code in its one shape, and mend what can be mended without thinking
fmt:
    uv run --group authors ruff check --fix
    uv run --group authors ruff format

# hold every exercise against the rules of the course
audit *ARGS:
    uv run lab audit {{ARGS}}

# write the reference pages anew from the code
docs:
    uv run python -m lab.docs

# draw the pictures of the terminal app anew
pictures:
    uv run python -m lab.docs --pictures

# everything, as continuous integration runs it
ci *STEPS:
    .ci/run {{STEPS}}
