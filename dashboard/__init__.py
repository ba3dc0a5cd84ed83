"""The shell: how Verity starts and what its screens share."""
