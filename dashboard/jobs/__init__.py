"""The one place that joins db and core for long work."""
