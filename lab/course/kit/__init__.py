"""The check kit: what `exercises/conftest.py` hands to every check. A check imports nothing from the lab's inside.

The learner's lines meet here the very classes that they meet in the running shop (lab.shop.runtime): a check that
judged them on a look-alike would prove nothing about the shop.
"""
