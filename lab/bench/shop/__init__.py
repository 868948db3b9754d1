"""`lab bench shop`: the durable shop and its peers, on the same broker, with the same messages, a process for each.

| side | what it does with a message |
|---|---|
| raw-ceiling | aiokafka alone: what was polled is answered in batches; nothing is kept |
| raw-awaited | aiokafka alone: one awaited send for each answer |
| faststream | FastStream, a handler call for each message, one awaited publish for each answer |
| faststream-batch | FastStream, a handler call for each polled batch, one publish for each partition |
| shop | the shop of phase 2, every unit in one process: inbox, outbox, saga, databases that wait for the disk |
| shop-parts | the same with nothing set-based: what learners write, and only that |

What is counted is a delivery: one message, handled by one of the groups that read it. An order is so many of them.
"""
