"""The run floor: a run, its config and summary, how it begins and ends. Knows the journal, and no capture or reader.

The name begins with an underscore because `trailmark.run` is the current run.
"""
