"""Importing this readies the process that `apart` forks; nobody else does."""

from coursekit.labs.author.apart import get_ready

get_ready()
