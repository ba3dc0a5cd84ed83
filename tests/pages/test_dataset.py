import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.types import Label, NormaliseRule, Split
from dashboard import resources
from dashboard.jobs.client import Job
from dashboard.settings import Settings
from db import images, statuses, tags, versions
from db.engine import writing

OpenPage = Callable[..., AppTest]
HASH = "c0" * 32
N_GENUINE = 12


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_no_images_leads_to_import(empty_home: Settings, open_page: OpenPage) -> None:
    app = open_page("dataset.py")
    assert not app.exception
    assert any("There are no images yet" in each.value for each in app.markdown)
    assert "freeze-start" not in {button.key for button in app.button}


def test_next_version_is_counted(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("dataset.py")
    assert not app.exception
    assert metrics(app) == {
        "In the next version": "18",
        "Genuine in it": "12",
        "Fake in it": "6",
        "Left out": "2",
    }
    assert any("2 images not labelled, 0 images excluded" in each.value for each in app.caption)


def test_pending_pairs_warn(seeded_home: Settings, open_page: OpenPage) -> None:
    assert "3 near-duplicate pairs await review" in open_page("dataset.py").warning[0].value


def test_a_version_shows_its_hash_author_and_counts(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("dataset.py")
    assert [code.value for code in app.code] == [HASH]
    text = "\n".join(each.value for each in app.markdown)
    assert "Version 1" in text
    assert "18 images, frozen" in text and "by tester" in text
    assert "test share 30% · seed 0" in text
    assert any(HASH[:12] in caption.value for caption in app.caption)
    rules = app.expander[0].markdown[0].value
    for what in ("Identity", "Near-duplicates", "A fake and its parents"):
        assert what in rules


def test_freezing_starts_a_job_with_share_and_seed(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("dataset.py")
    app.slider(key="freeze-test-percent").set_value(20)
    app.number_input(key="freeze-seed").set_value(5)
    app.multiselect(key="freeze-sources").select("photographs")
    app.button(key="freeze-start").click().run()
    assert not app.exception
    job = newest_freeze()
    assert job.arguments == {
        "test_fraction": 0.2,
        "seed": 5,
        "sources": ["photographs"],
        "rule": "70/30",
        "folds": 5,
    }
    assert any(f"`{job.id}`" in each.value for each in app.markdown)
    app.button(key="freeze-start").click().run()
    assert any("waits or runs already" in toast.value for toast in app.toast)


def test_hard_examples_may_be_put_into_training(seeded_home: Settings, open_page: OpenPage) -> None:
    assert "freeze-hard" not in {box.key for box in open_page("dataset.py").checkbox}
    with writing(resources.database()) as session:
        tags.add_tag(session, [1, 2], "hard example", actor="ada")
    app = open_page("dataset.py")
    app.checkbox(key="freeze-hard").check().run()
    assert any("cannot be compared with those of earlier" in each.value for each in app.caption)
    app.button(key="freeze-start").click().run()
    assert newest_freeze().arguments["hard_examples"]
    app.selectbox(key="freeze-rule").select("k-fold").run()
    assert "freeze-hard" not in {box.key for box in app.checkbox}


def test_a_link_may_ask_once_for_hard_examples_and_a_rule(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    with writing(resources.database()) as session:
        tags.add_tag(session, [1, 2], "hard example", actor="ada")
    app = open_page("dataset.py", hard="1", rule="60/10/10/20")
    assert app.checkbox(key="freeze-hard").value
    assert app.selectbox(key="freeze-rule").value == "60/10/10/20"
    assert not app.query_params
    app.checkbox(key="freeze-hard").uncheck().run()
    app.selectbox(key="freeze-rule").select("70/30").run()
    assert not app.checkbox(key="freeze-hard").value
    assert app.selectbox(key="freeze-rule").value == "70/30"


def test_a_link_may_ask_for_a_rule_where_there_are_no_hard_examples(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("dataset.py", hard="1", rule="60/10/10/20")
    assert app.selectbox(key="freeze-rule").value == "60/10/10/20"
    assert "freeze-hard" not in app.session_state


@pytest.mark.parametrize("rule", ["nonsense", "k-fold"])
def test_a_link_without_a_rule_for_hard_examples_keeps_the_usual_one(
    seeded_home: Settings, open_page: OpenPage, rule: str
) -> None:
    app = open_page("dataset.py", hard="1", rule=rule)
    assert not app.exception
    assert app.selectbox(key="freeze-rule").value == "70/30"


def newest_freeze() -> Job:
    return next(job for job in resources.jobs().list_jobs() if job.kind == "freeze")


@pytest.fixture
def cpu_worker() -> Iterator[None]:
    command = [sys.executable, "-m", "dashboard", "worker", "--name", "cpu-1", "--queue", "cpu"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    yield
    process.terminate()
    process.wait(30)


def await_freeze() -> None:
    deadline = time.monotonic() + 60
    while newest_freeze().is_active:
        assert time.monotonic() < deadline, "the freeze did not end"
        time.sleep(0.3)


@pytest.mark.slow
def test_a_freeze_that_cannot_be_says_what_to_do(
    seeded_home: Settings, cpu_worker: None, open_page: OpenPage
) -> None:
    fakes = range(N_GENUINE + 3, N_GENUINE + 9)
    with writing(resources.database()) as session:
        assert statuses.exclude(session, fakes[:5], "not wanted", actor="tester") == 5
    app = open_page("dataset.py")
    app.button(key="freeze-start").click().run()
    await_freeze()
    app.run()
    assert "Expected at least 3 groups with fake images" in app.error[0].value
    assert "Received 1" in app.error[0].value

    with writing(resources.database()) as session:
        statuses.include(session, fakes, actor="tester")
    app.button(key="freeze-start").click().run()
    await_freeze()
    app.run()
    assert not app.error
    assert "Version 2" in "\n".join(each.value for each in app.markdown)


def test_without_fakes_the_page_leads_to_where_they_are_made(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    fakes = range(N_GENUINE + 3, N_GENUINE + 9)
    with writing(resources.database()) as session:
        statuses.exclude(session, fakes, "not wanted", actor="tester")
    app = open_page("dataset.py")
    assert app.button(key="freeze-start").disabled


def test_folds_are_chosen_with_their_rule(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("dataset.py")
    app.selectbox(key="freeze-rule").select("k-fold").run()
    assert "freeze-test-percent" not in {slider.key for slider in app.slider}
    app.number_input(key="freeze-folds").set_value(4)
    app.button(key="freeze-start").click().run()
    assert not app.exception
    assert (newest_freeze().arguments["rule"], newest_freeze().arguments["folds"]) == ("k-fold", 4)


def second_version(**changes: object) -> None:
    """Freeze version 1 again without its first image, with the next one relabelled and moved."""
    with writing(resources.database()) as session:
        _, changed, *rest = versions.items(session, 1)
        label = Label.GENUINE if changed.label is Label.FAKE else Label.FAKE
        split = Split.TEST if changed.split is not Split.TEST else Split.TRAIN
        versions.add_version(
            session,
            [replace(changed, label=label, split=split), *rest],
            content_hash="d1" * 32,
            author="tester",
            rule=NormaliseRule.CROP,
            test_fraction=0.25,
            seed=0,
            **changes,  # type: ignore[arg-type]
        )


def test_two_versions_are_compared(seeded_home: Settings, open_page: OpenPage) -> None:
    second_version()
    app = open_page("dataset.py")
    assert not app.exception
    text = "\n".join(each.value for each in app.markdown)
    for said in ("**Went** · 1 image", "**Changed label** · 1 image", "**Changed split** · 1"):
        assert said in text
    assert "**Came**" not in text
    app = open_page("dataset.py", **{"from": "2", "to": "1"})
    assert "**Came** · 1 image" in "\n".join(each.value for each in app.markdown)
    app = open_page("dataset.py", **{"from": "2", "to": "2"})
    assert any("hold the same images" in each.value for each in app.info)


def test_a_version_with_a_shortcut_is_marked(seeded_home: Settings, open_page: OpenPage) -> None:
    features = [{"name": "file format", "auc": 1.0}, {"name": "width", "auc": 0.5}]
    second_version(
        shortcut={"auc": 0.99, "low": 0.97, "high": 1.0, "features": features},
        split_rule={"name": "k-fold", "k": 4, "fold": 2},
    )
    app = open_page("dataset.py")
    marked = [each.value for each in app.warning if "Shortcut" in each.value]
    assert len(marked) == 1
    assert "AUC 0.99, 95 % interval 0.97 to 1.00" in marked[0]
    assert "What does: file format." in marked[0]
    assert any("fold 2 of 4" in each.value for each in app.markdown)
    assert any("was not run on this version" in each.value for each in app.caption)


def test_a_version_without_a_shortcut_says_so(seeded_home: Settings, open_page: OpenPage) -> None:
    second_version(shortcut={"auc": 0.51, "low": 0.4, "high": 0.6, "features": []})
    app = open_page("dataset.py")
    assert not any("Shortcut" in each.value for each in app.warning)
    assert any("No shortcut" in each.value for each in app.caption)


def test_a_version_is_restored_and_that_is_undone(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    with writing(resources.database()) as session:
        images.relabel(session, [1, 2], Label.FAKE, actor="tester")
    app = open_page("dataset.py")
    assert metrics(app)["Genuine in it"] == "10"
    assert "restore-undo" not in {button.key for button in app.button}
    app.button(key="restore-now-1").click().run()
    assert not app.exception
    assert metrics(app)["Genuine in it"] == "12"
    assert any("2 images changed back" in toast.value for toast in app.toast)
    app.button(key="restore-undo").click().run()
    assert metrics(app)["Genuine in it"] == "10"
