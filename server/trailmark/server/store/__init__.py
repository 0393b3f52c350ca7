"""The server's queryable index of journals: tables, and what is put into and taken out of them."""
