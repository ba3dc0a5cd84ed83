"""Portraits of people who do not exist, rendered with numpy for the demonstration data."""
