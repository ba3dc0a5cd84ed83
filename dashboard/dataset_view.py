"""The parts of Dataset: what the next version would hold, and what a frozen one holds."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.types import DatasetVersion, Label, NormaliseRule, Split
from dashboard import choices, resources
from dashboard.text import count, moment, plain

_RULES = {
    NormaliseRule.CROP: "cropped to 480 × 320",
    NormaliseRule.LETTERBOX: "fitted into 480 × 320 with bars",
}
_SPLIT_RULES = """
A detector that has seen somebody in training recognises the person, not the forgery. So images
that belong together never stand on different sides of the split:

- **Identity**: all images of one person.
- **Near-duplicates**: a cluster of look-alikes, however they were decided.
- **A fake and its parents**: the photographs whose pixels went into it.

Whatever is linked by any of the three forms one group, and a group goes to train, validation or
test as a whole. Groups are dealt, largest first, to where they bring the shares of genuine and
fake images nearest to the aim: the test share you choose, 10 % for validation, the rest for
training. The same images, labels and seed give the same split.
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
            help="Images without a label, and images excluded as duplicates.",
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"Left out: {count(counts[Label.UNKNOWN], 'image')} not labelled, "
            f"{count(counts['excluded'], 'image')} excluded as duplicates (an image may be both)."
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


def start_freeze(test_percent: int, seed: int, sources: Sequence[str]) -> None:
    """Start freezing, and draw the page anew to follow it."""
    resources.start(
        resources.jobs().freeze, test_fraction=test_percent / 100, seed=seed, sources=sources
    )
    st.rerun()


def show_facts(version: DatasetVersion) -> None:
    """Draw a version's number, origin, hash and a way to its images."""
    n_images = sum(sum(labels.values()) for labels in version.counts.values())
    st.markdown(f"#### Version {version.number}")
    st.markdown(
        f"{count(n_images, 'image')}, frozen {moment(version.created_at)} "
        f"by {plain(version.author)}  \n"
        f"Images {_RULES[version.normalise_rule]} · test share {version.test_fraction:.0%} "
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
