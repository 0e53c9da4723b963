"""The process that runs a submission, inside the sandbox. It decides nothing: whatever happens here
can only change values that the referee compares with its own.

It imports `protocol`, `cells`, `labs.exchange` and `errors`, and nothing else of ours.

Words of this room:

*plan*: which cells run, which statements wait until a name is missing, what there is to say.
*provide*: to run what defines a missing name, the student's own cells before the released ones.
*alias*: an answer under another name, found by the cell's id.
*handle*: an object that stays here and is asked (see `labs.exchange`).
"""
