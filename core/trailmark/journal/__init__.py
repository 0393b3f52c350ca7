"""The journal: records, the file format, its writer and reader, and folding records into a run's state.

`docs/journal.md` specifies the format. Nothing here knows the run API.
"""
