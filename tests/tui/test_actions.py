"""The table of actions: one letter, one meaning, and somebody who carries it out."""

import re

import pytest

from tui.actions import ACTIONS, EVERYWHERE, PLACES, actions_of, bar_of
from tui.app import Orderlab
from tui.bindings import bindings_of
from tui.render.bars import key_bar

NEEDS_ALTGR = set("[]{}@\\|")
SCREENS = {mode: screen for mode, screen in Orderlab.MODES.items() if mode in PLACES}


def test_one_letter_has_one_meaning_everywhere():
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))


def test_no_key_needs_alt_a_function_key_or_altgr():
    for action in ACTIONS:
        for key in action.keys:
            assert not key.startswith(("alt+", "ctrl+")), action
            assert not re.fullmatch(r"f\d+", key), action
            assert not set(action.shown) & NEEDS_ALTGR, action


@pytest.mark.parametrize("place", PLACES)
def test_every_action_of_a_screen_is_carried_out_by_it(place):
    screen = SCREENS[place]
    for action in actions_of(place):
        method = "action_" + action.id.split("(")[0]
        assert hasattr(screen, method), f"{screen.__name__} has no {method}"


@pytest.mark.parametrize("place", sorted(EVERYWHERE))
def test_the_bar_always_says_which_key_explains(place):
    for width in (36, 76, 116):
        assert str(key_bar(bar_of(place), width)).rstrip().endswith("? explain")
        assert key_bar(bar_of(place), width).cells == width


@pytest.mark.parametrize("place", PLACES)
def test_every_key_is_bound(place):
    bound = {binding.key for binding in bindings_of(place)}
    assert bound == {key for action in actions_of(place) for key in action.keys}
