"""Exports: a frozen dataset version in the formats that other tools read, and back in."""
