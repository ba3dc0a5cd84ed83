"""The order of the suite: what takes minutes begins first, so that no core idles at the end."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the modules that drive a browser or start workers before the others."""
    weights: dict[str, int] = {}
    for item in items:
        names = {mark.name for mark in item.iter_markers()}
        weight = 2 * ("e2e" in names) + ("slow" in names)
        weights[_module(item)] = max(weight, weights.get(_module(item), 0))
    items.sort(key=lambda item: -weights[_module(item)])


def _module(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
