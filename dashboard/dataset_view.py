"""The parts of Dataset: what the next version would hold, and what a frozen one holds."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.curation.shortcuts import LIMIT_AUC
from core.curation.splits import DEFAULT_RULE, HARD_EXAMPLES, K_FOLD, MAX_FOLDS
from core.types import DatasetVersion, Label, NormaliseRule, Split
from dashboard import choices, resources
from dashboard.text import count, moment, plain

_RULES = {
    NormaliseRule.CROP: "cropped to 480 × 320",
    NormaliseRule.LETTERBOX: "fitted into 480 × 320 with bars",
}
_RULE_NAMES = {
    DEFAULT_RULE: "70/30: train (a part of it for validation) and test",
    "60/10/10/20": "60/10/10/20: with calibration",
    K_FOLD: "k-fold: every image is test once",
}
_SPLIT_RULES = """
A detector that has seen somebody in training recognises the person, not the forgery. So images
that belong together never stand on different sides of the split:

- **Identity**: all images of one person.
- **Near-duplicates**: a cluster of look-alikes, however they were decided.
- **A fake and its parents**: the photographs whose pixels went into it.

Whatever is linked by any of the three forms one group, and a group goes to train, validation or
test as a whole. Groups are dealt, largest first, to where they bring the shares of genuine and
fake images nearest to the aim of the rule:

- **70/30**: the test share you choose, 10 % for validation, the rest for training.
- **60/10/10/20**: train, validation, calibration (to choose a threshold on), test.
- **k-fold**: as many versions as folds. Each fold is the test of one version, the next one its
  validation; so every image is tested exactly once.

**Hard examples**, images on which reviewers found a detector wrong, may be put into training before
the rest is dealt, with their whole groups. The test is then easier than before.

The same images, labels, rule and seed give the same split. A split that parts a group, a person,
a near-duplicate pair or a fake and its parent is refused.
"""


def show_next(counts: Mapping[str, int]) -> None:
    """Draw what the next version would hold, what is left out and why, and what should wait."""
    with st.grid(4):
        st.metric("In the next version", f"{counts['in_next_version']:,}", border=True)
        st.metric("Genuine in it", f"{counts['next_genuine']:,}", border=True)
        st.metric("Fake in it", f"{counts['next_fake']:,}", border=True)
        st.metric(
            "Left out",
            f"{counts['images'] - counts['in_next_version']:,}",
            border=True,
            help="Images without a label, and excluded ones.",
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"Left out: {count(counts[Label.UNKNOWN], 'image')} not labelled, "
            f"{count(counts['excluded'], 'image')} excluded (an image may be both)."
        )
        if counts[Label.UNKNOWN]:
            choices.link("browse", "Label them", label=Label.UNKNOWN)
    if not counts["next_fake"]:
        choices.invite("A version needs fakes too, and there are none.", "generate", "Make fakes")
    if not counts["next_genuine"]:
        choices.invite("A version needs genuine images too.", "browse", "Label some")
    if counts["pairs_pending"]:
        _warn_of_pairs(counts["pairs_pending"])


def _warn_of_pairs(n_pending: int) -> None:
    verb = "awaits" if n_pending == 1 else "await"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(
            f"{count(n_pending, 'near-duplicate pair')} {verb} review: both images of each would "
            "be frozen, in the same split.",
            icon=":material/compare:",
        )
        choices.link("duplicates", "Review them", icon=":material/arrow_forward:")


def freeze_form(sources: Sequence[str], *, is_ready: bool, n_hard: int = 0) -> None:
    """Draw how the next version is split, and the button that freezes it.

    Args:
        sources: Storages to choose from.
        is_ready: Whether there is enough to freeze.
        n_hard: Images tagged as hard examples.
    """
    _read_link(n_hard)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rule = st.selectbox(
            "Split rule",
            list(_RULE_NAMES),
            format_func=lambda name: _RULE_NAMES[name],
            key="freeze-rule",
            width=330,
        )
        figures = _rule_fields(rule)
        seed = st.number_input(
            "Seed",
            0,
            2**31 - 1,
            0,
            key="freeze-seed",
            help="Another seed, another draw.",
            width=120,
        )
    chosen = st.multiselect(
        "Sources",
        sources,
        key="freeze-sources",
        placeholder="All, or choose some",
        help="Where images were imported from; fakes follow the photographs they were made of.",
    )
    if n_hard and rule != K_FOLD:
        figures[HARD_EXAMPLES] = _ask_for_hard_examples(n_hard)
    if st.button(
        "Freeze",
        type="primary",
        icon=":material/lock:",
        key="freeze-start",
        disabled=not is_ready,
    ):
        resources.start(resources.jobs().freeze, rule=rule, seed=seed, sources=chosen, **figures)
        st.rerun()


def _read_link(n_hard: int) -> None:
    """Set what a link asks for: once, so that it can be chosen otherwise."""
    is_asked, rule = "hard" in st.query_params, st.query_params.get("rule")
    for name in ("hard", "rule"):
        st.query_params.pop(name, None)
    if not is_asked:
        return
    fits = rule in _RULE_NAMES and rule != K_FOLD  # folds take no hard examples
    st.session_state["freeze-rule"] = rule if fits else DEFAULT_RULE
    if n_hard:
        st.session_state["freeze-hard"] = True


def _rule_fields(rule: str) -> dict[str, Any]:
    if rule == DEFAULT_RULE:
        percent = st.slider(
            "Test share, per cent", 10, 60, 30, 5, key="freeze-test-percent", width=280
        )
        return {"test_fraction": percent / 100}
    if rule == K_FOLD:
        return {"folds": st.number_input("Folds", 3, MAX_FOLDS, 5, key="freeze-folds", width=120)}
    return {}


def _ask_for_hard_examples(n_hard: int) -> bool:
    is_wanted = st.checkbox(
        f"Put {count(n_hard, 'hard example')} into training",
        key="freeze-hard",
        help="Images that reviewers settled as *detector wrong*. All that belongs to them goes to "
        "training too: the same people, near-duplicates, parents and fakes.",
    )
    if is_wanted:
        st.caption(
            "What was hard is then learned, no longer tested: the new version's test is another "
            "one, and easier. Figures on it cannot be compared with those of earlier versions."
        )
    return is_wanted


def show_facts(version: DatasetVersion) -> None:
    """Draw a version's number, origin, hash and a way to its images."""
    n_images = sum(sum(labels.values()) for labels in version.counts.values())
    st.markdown(f"#### Version {version.number}")
    st.markdown(
        f"{count(n_images, 'image')}, frozen {moment(version.created_at)} "
        f"by {plain(version.author)}  \n"
        f"Images {_RULES[version.normalise_rule]} · {_rule(version)} "
        f"· seed {version.seed} · {_sources(version)}"
    )
    st.caption(f"Content hash {version.content_hash[:12]}…: equal hashes mean equal datasets")
    st.code(version.content_hash, language=None, wrap_lines=True)
    with st.container(horizontal=True):
        choices.link(
            "browse",
            "Browse the test images",
            icon=":material/grid_view:",
            version=version.number,
            split=Split.TEST,
        )
        choices.link(
            "train", "Train on it", icon=":material/model_training:", version=version.number
        )


def _rule(version: DatasetVersion) -> str:
    rule = version.split_rule
    if rule.get("name") == K_FOLD:
        return f"fold {rule['fold']} of {rule['k']}"
    words = str(rule.get("name"))
    if rule.get("name", DEFAULT_RULE) == DEFAULT_RULE:
        words = f"test share {version.test_fraction:.0%}"
    if hard := rule.get(HARD_EXAMPLES):
        words += f" · {count(hard['images'], 'hard example')} put into training"
    return words


def show_shortcut(version: DatasetVersion) -> None:
    """Draw whether metadata alone tells the classes of a version apart, and which of it does."""
    found = version.shortcut
    if found is None:
        st.caption("The check of shortcuts was not run on this version. Freezing again runs it.")
        return
    figure = f"AUC {found['auc']:.2f}, 95 % interval {found['low']:.2f} to {found['high']:.2f}"
    if found["auc"] < LIMIT_AUC:
        st.caption(
            f"No shortcut found: metadata alone tells fakes from photographs no better than the "
            f"limit of AUC {LIMIT_AUC} ({figure})."
        )
        return
    names = [each["name"] for each in found["features"] if each["auc"] >= LIMIT_AUC]
    given = ", ".join(names[:4]) or "several features together"
    st.warning(
        f"**Shortcut: the files give the classes away without their pixels** ({figure}). "
        f"What does: {plain(given)}.",
        icon=":material/warning:",
    )
    st.caption(
        "Training crops and encodes every image anew, which removes size and format; traces of "
        "the first compression in the pixels may remain, so the mark stays."
    )


def _sources(version: DatasetVersion) -> str:
    if not version.sources:
        return "all sources"
    return "only from " + ", ".join(plain(name) for name in version.sources)


def describe_split(version: DatasetVersion) -> str:
    """Say a version's counts in words, for those who do not see the chart."""
    parts = [
        f"{split}: " + ", ".join(f"{n:,} {label}" for label, n in sorted(labels.items()))
        for split, labels in sorted(version.counts.items())
    ]
    return "; ".join(parts)


def explain_split() -> None:
    """Draw how a split is made."""
    with st.expander("How the split is made", icon=":material/help:", key="split-rules"):
        st.markdown(_SPLIT_RULES)
