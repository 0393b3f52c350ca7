"""Capture: what a run records by itself. The machine, the console, the environment, and, on request, source files.

Each part takes the run's `Writer`, starts in no time, and is ticked by the run's pulse. A part that cannot do its work
leaves that work out; none raises into the training loop. `docs/capture.md` lists what is recorded.
"""
