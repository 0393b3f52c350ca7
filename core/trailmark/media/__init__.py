"""Values: what may be logged, and what it becomes in records and files. Knows no run, and no place for files."""
