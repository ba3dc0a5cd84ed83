from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from dashboard.settings import Settings

OpenPage = Callable[..., AppTest]


def test_every_figure_has_its_interval_and_its_meaning(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("evaluate.py", view="figures", t="0.25")
    assert not app.exception
    cards = {card.label: (card.value, card.delta) for card in app.metric}
    assert next(iter(cards)) == ":red[False positive rate]"
    # One of four genuine images, each of a group of its own.
    assert cards[":red[False positive rate]"][0] == "25.0%"
    assert cards["Miss rate"] == ("0.0%", "0.0% to 65.8%")
    assert cards["AUC"] == ("1.000", "no interval")
    assert cards["Caught at 1 % FPR"] == ("100.0%", "no interval")
    assert {"Brier score", "Brier, calibrated", "ECE", "ECE, calibrated"} < set(cards)
    assert all("Counted on" in card.help for card in app.metric)
    assert "**Indicative only:** 4 genuine images of 6 groups" in app.warning[0].value
    assert any("Temperature" in each.value for each in app.caption)
    assert any("by chance" in each.value for each in app.caption)


def test_figures_of_validation_are_called_flattering(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("evaluate.py", view="figures")
    assert not any("these figures flatter" in each.value for each in app.info)
    app.segmented_control(key="pick-on").set_value("validation").run()
    assert not app.exception
    assert any("these figures flatter" in each.value for each in app.info)
