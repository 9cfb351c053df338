"""Vector stores on SQL: those of a storage and its units of work, and those that stand alone."""
