"""What crosses between a check and a student's code, at home and in grading alike.

Words of this room:

*wire*: the encoding: plain data only, every length checked before it is believed.
*agent*: the student's side; carries out requests in a namespace.
*student*: the check's side; a proxy whose attributes are the student's functions.
*transport*: what carries the bytes between the two.
*handle*: an object that stays with the agent; attributes and calls are asked of it.
*callback*: a function that stays with the check; the student's code may call it.
*outcome*, *verdict*: how a check ended, and with what words.
"""
