"""The process that holds the tests and decides. It runs no line of a student's and imports no
backend.

Words of this room:

*referee*: a thread that grades one submission at a time.
*nursery*: where the referees of a run get the zygote that they share, and a new one when it died.
*session*: one child, the channel to it, its deadline.
*ticket*: eight random bytes that a question carries and only its reply repeats.
*budget*: the seconds that one submission has in all, over all its children.
*spoilt*: a child in which something went wrong; the next check gets a fresh one.
"""
