"""Generators of fakes, one module each."""
