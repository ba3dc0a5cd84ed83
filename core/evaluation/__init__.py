"""Honest figures about a detector's scores."""
