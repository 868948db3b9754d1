"""The gate of the course: what every exercise must hold before it reaches a learner. `lab audit` runs it.

rules.py    what can be seen by reading: the lesson, the words, the shapes, the links (a table of rules)
trials.py   what only running shows: starter, solution, wrong answers, mutants, example, hint 4
record.py   what was audited in full, by a digest of each exercise's files
auditor.py  both, over all exercises, into one result
"""
