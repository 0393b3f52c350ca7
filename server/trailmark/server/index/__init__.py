"""The indexer: it reads journals as they grow and keeps the store in step with them.

It owns what is read when, and in which order it gets into the tables of `trailmark.server.store`. It never writes into
the folder of a run, and nothing that it keeps is needed to make the index again.
"""
