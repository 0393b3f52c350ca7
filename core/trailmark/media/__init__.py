"""Values: what may be logged, and what it becomes in a record. Knows no run and no file."""
