"""The jobs as durable workflows: what a killed worker began, the next one goes on with.

Importing this package registers them all.
"""

from dashboard.jobs.workflows import (
    accepting,
    children,
    curation,
    faces,
    importing,
    mapping,
    measuring,
    mislabelling,
    trying,
)

__all__ = [
    "accepting",
    "children",
    "curation",
    "faces",
    "importing",
    "mapping",
    "measuring",
    "mislabelling",
    "trying",
]
