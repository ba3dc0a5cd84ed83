"""Finding, aligning, masking and embedding faces."""
