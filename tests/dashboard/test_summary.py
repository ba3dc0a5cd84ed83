from datetime import UTC, datetime

from core.types import Split, Threshold
from dashboard.summary import funnel_stages, waiting
from dashboard.widgets import bars

COUNTS = {
    "files_seen": 100,
    "images": 90,
    "generated": 0,
    "excluded": 5,
    "in_next_version": 70,
    "in_latest_version": 60,
    "pairs_pending": 4,
    "unknown": 0,
    "without_face": 1,
}


def test_funnel_goes_from_files_to_the_latest_version() -> None:
    assert list(funnel_stages(COUNTS).items()) == [
        ("Files seen", 100),
        ("Images", 90),
        ("Not excluded", 85),
        ("In the next version", 70),
        ("In the latest version", 60),
    ]


def test_generated_fakes_are_counted_as_such() -> None:
    stages = funnel_stages({**COUNTS, "images": 120, "generated": 30})
    assert stages["Files seen and fakes made"] == 130
    assert stages["Images"] == 120


def test_only_what_waits_is_told_with_its_page() -> None:
    proposed = Threshold(5, 9, 0.7, Split.TEST, "why", "ada", datetime.now(UTC))
    found = waiting(COUNTS, [7, 3], [proposed], [], "bob")
    told = [(item.n, item.page, dict(item.query)) for item in found]
    assert told == [
        (4, "duplicates.py", {}),
        (1, "browse.py", {"faceless": "true"}),
        (2, "evaluate.py", {"run": "7", "view": "threshold"}),
        (1, "evaluate.py", {"run": "9", "view": "threshold"}),
    ]


def test_nobody_is_asked_to_approve_a_threshold_of_their_own() -> None:
    proposed = Threshold(5, 9, 0.7, Split.TEST, "why", "Ada", datetime.now(UTC))
    assert "Look at it" not in {each.act for each in waiting(COUNTS, [], [proposed], [], "ada")}


def test_bars_draw_the_figures_in_order() -> None:
    (bar,) = bars({"Files": 1200, "Images": 0}).data
    assert list(bar.y) == ["Files", "Images"]
    assert list(bar.x) == [1200, 0]
    assert list(bar.text) == ["1,200", "0"]
