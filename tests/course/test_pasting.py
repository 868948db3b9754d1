"""Hint 4, pasted into a starter as a learner would do it."""

from textwrap import dedent

import pytest

from lab.course.markdown import Code
from lab.course.pasting import apply_hint
from lab.errors import LabError

STARTER = '''\
"""Two doors."""

from house import Door


async def open_door(door: Door) -> str:
    """Open it.

    # TODO this is said in a docstring
    """
    # TODO 1  Find the handle.
    #         It may be on the left.
    # TODO 2  Push.
    raise NotImplementedError


def close_door(door: Door) -> str:
    if door.is_open:
        # TODO 3  Pull.

        # why this line is here
        raise NotImplementedError("yours")
    return "was closed"  # TODO is no task here
'''


def paste(starter, *blocks, language="python"):
    return apply_hint(dedent(starter), [Code(language=language, code=dedent(block)) for block in blocks])


def test_lines_take_the_place_of_the_todos_and_the_raise():
    starter = """
        def ring(bell):
            # TODO 1  Press.
            raise NotImplementedError
        """
    assert paste(starter, "bell.press()\nreturn 1\n") == "\ndef ring(bell):\n    bell.press()\n    return 1\n"


def test_two_functions_take_two_blocks_in_their_sequence():
    done = paste(STARTER, "return await door.open()\n", 'door.pull()\n\nreturn "closed"\n')
    assert done == STARTER.replace(
        "    # TODO 1  Find the handle.\n    #         It may be on the left.\n    # TODO 2  Push.\n"
        "    raise NotImplementedError\n",
        "    return await door.open()\n",
    ).replace(
        '        # TODO 3  Pull.\n\n        # why this line is here\n        raise NotImplementedError("yours")\n',
        '\n        # why this line is here\n        door.pull()\n\n        return "closed"\n',
    )


def test_a_whole_function_takes_the_place_of_the_one_of_its_name():
    done = paste(STARTER, "return 'lines'\n", 'def close_door(door: Door) -> str:\n    # gently\n    return "closed"\n')
    assert done.endswith('def close_door(door: Door) -> str:\n    # gently\n    return "closed"\n')
    assert "    return 'lines'\n" in done
    assert "NotImplementedError" not in done


def test_one_block_may_hold_both_functions_with_what_they_need():
    block = """
        import time
        from house import Key

        TURNS = 2


        def turn(key):
            return key


        # first this
        async def open_door(door):
            return turn(Key())


        def close_door(door):
            return TURNS
        """
    done = paste(STARTER, block)
    lines = done.splitlines()
    assert lines.index("import time") == lines.index("from house import Door") + 1
    assert lines.index("from house import Key") < lines.index("TURNS = 2") < lines.index("def turn(key):")
    assert lines.index("def turn(key):") < lines.index("# first this") == lines.index("async def open_door(door):") - 1
    assert "TODO" not in done
    compile(done, "done", "exec")


def test_a_table_and_a_method_are_replaced_by_their_names():
    starter = """
        # TODO 1  Fill the table.
        ROWS = ()


        class Bell:
            @property
            def tone(self):
                raise NotImplementedError
        """
    done = paste(starter, "ROWS = (\n    1,\n)\n", "@property\ndef tone(self):\n    return 'a'\n")
    assert done == ("\nROWS = (\n    1,\n)\n\n\nclass Bell:\n    @property\n    def tone(self):\n        return 'a'\n")


def test_a_helper_inside_the_lines_is_no_definition_of_the_starter():
    done = paste("def f():\n    raise NotImplementedError\n", "def g():\n    return 1\n\nreturn g()\n")
    assert done == "def f():\n    def g():\n        return 1\n\n    return g()\n"


@pytest.mark.parametrize("language", ["yaml", "toml"])
def test_a_marked_place_is_replaced_with_its_marks(language):
    starter = "a: 1\n  # TODO from here: the volume\n  # 1 …\n  b: 2\n  # TODO to here\nc: 3\n"
    assert paste(starter, "b: 4\nd:\n  - 5\n", language=language) == "a: 1\n  b: 4\n  d:\n    - 5\nc: 3\n"


def test_a_marked_place_goes_before_every_other_rule_in_python():
    starter = "order = [\n    # TODO from here\n    # TODO to here\n]\n"
    assert paste(starter, '"a",\n"b",\n') == 'order = [\n    "a",\n    "b",\n]\n'


def test_two_marked_places_take_two_blocks():
    starter = "# TODO from here\n# TODO to here\nb: 1\n# TODO from here\n# TODO to here\n"
    assert paste(starter, "a: 1\n", "c: 1\n", language="yaml") == "a: 1\nb: 1\nc: 1\n"


def test_without_marks_the_block_is_the_whole_file():
    assert paste('# which one?\nanswer = ""\n', 'answer = "b"\n', language="toml") == 'answer = "b"\n'


@pytest.mark.parametrize(
    ("starter", "blocks", "language", "said"),
    [
        (STARTER, ["return 1\n"], "python", "1 blocks for 2 places with raise NotImplementedError"),
        (STARTER, ["return 1\n"] * 3, "python", "3 blocks for 2 places"),
        (STARTER, [], "python", "0 blocks for 2 places"),
        ("def f():\n    raise NotImplementedError\n", ["return (\n"], "python", "cannot read hint 4, line 1"),
        ("def f(:\n", ["return 1\n"], "python", "cannot read the starter, line 1"),
        (
            "def f():\n    raise NotImplementedError\n",
            ["return await g()\n"],
            "python",
            "line 2 of the starter with hint 4 in it",
        ),
        ("def f(): raise NotImplementedError\n", ["return 1\n"], "python", "more than one statement"),
        ("a = 1\n", ["a = 1\n", "b = 2\n"], "toml", "2 blocks for 1 file"),
        ("# TODO from here\na: 1\n", ["a: 1\n"], "yaml", "Line 1 of the starter, '# TODO from here', has no partner"),
        ("# TODO from here\n# TODO from here\n", ["a: 1\n"], "yaml", "Line 2 of the starter"),
    ],
)
def test_a_block_without_a_place_is_an_error(starter, blocks, language, said):
    with pytest.raises(LabError, match=said):
        paste(starter, *blocks, language=language)


def test_where_there_is_nothing_to_write_lines_have_no_place():
    with pytest.raises(LabError, match="1 blocks for 0 places"):
        paste("def f():\n    return 1\n", "return 2\n")
