"""Tables: typed columns, Parquet files, and reading them by column and filter."""
