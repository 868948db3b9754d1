"""The shop without a mediator, to compare with: nobody knows the whole flow, each processor listens to the others.

In Mark Richards' terms the shop is the *mediator topology*, and this the *broker topology*: an initiating event, then a
chain of processing events. Each event processor does its work, tells what it has done, and is not asked by anybody.

The services are the shop's own, with the same parts and the same tables; only who tells whom is different:

    order.py inventory.py payment.py fulfilment.py notification.py   LISTENS: on which event each does what
    table.py        all five tables side by side: who listens to what, and tells what
    processor.py    a service of the shop, listening to events instead of commands
    carrying.py     every message carries the order along, since there is nobody who could be asked for it
    channels.py     topics of its own under a prefix, made at the start and deleted at the end
    running.py      all of it in one process: place an order, and ask where it stands

Analytics listens to events in both topologies, so it has nothing to compare and is left out.
"""
