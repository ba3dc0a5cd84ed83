"""The jobs as durable workflows: what a killed worker began, the next one goes on with.

Importing this package registers them all.
"""

from dashboard.jobs.workflows import children, curation, faces, importing

__all__ = ["children", "curation", "faces", "importing"]
