"""The same orders with a mediator and without one, side by side: what `lab compare` shows, from what really is.

flow.py      one topology's messages as they come: how many, whose, and how each order ended
both.py      the same seeded orders through both at the same time
stuck.py     one order in each while Fulfilment is silent: who can say that it waits, and for what?
routing.py   which files must change to add a step, from the tables themselves
"""
