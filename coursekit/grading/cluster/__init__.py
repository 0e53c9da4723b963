"""Grading on a Ray cluster that runs already.

Words of this room:

*node*: a machine of the cluster, with a referee and a zygote of its own.
*parcel*: what travels there: the *order* (the lab and the settings) and submissions that are
*carried* as bytes.
*dispatch*: who grades what; an item that was lost with its node is *suspected* and goes out alone.
*lives*: how often an item may be lost before it is given up.
"""
