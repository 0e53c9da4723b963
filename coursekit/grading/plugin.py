"""The pytest plugin that gives lab checks their `student`."""
