"""The HTTP interface to a root, `docs/http.md`: what asks and answers; what it answers with comes of the store."""
