"""Review: how far the team agrees, in figures with their meaning, and what splits it."""

from collections.abc import Sequence

import streamlit as st

from core.review.agreement import Agreement, Rating
from core.review.reviewers import Report
from core.rounding import percent
from dashboard import resources, review_charts, way_back, widgets
from dashboard.grid import Badge, Cell, image_grid, thumbnail
from dashboard.text import count, plain
from dashboard.widgets import name_of
from db import adjudications, review_results
from db.review_items import BlindItem, Queue

RELIABLE, TENTATIVE = 0.8, 0.667
N_SPLITTING = 40
_KAPPA_WORDS = (
    (0.0, "no better than chance"),
    (0.2, "slight"),
    (0.4, "fair"),
    (0.6, "moderate"),
    (0.8, "substantial"),
    (1.0, "almost perfect"),
)


def show(queue: Queue) -> None:
    """Draw the agreement of a queue's reviewers."""
    with resources.session() as session:
        said = tuple(review_results.ratings(session, queue.id))
        last_words = tuple(sorted(review_results.adjudicated(session, queue.id).items()))
        n_second = review_results.count_second_thoughts(session, queue.id)
        disputed = adjudications.disputed_items(session, queue.id)
    report = _report(queue.id, said, last_words)
    if not report.n_compared:
        st.info(
            "No image has two opinions yet. Agreement is told of images that at least two people "
            "judged without seeing what the other said.",
            icon=":material/group:",
        )
        return
    _headline(report, n_second, has_disputes=bool(disputed))
    _figures(report)
    _people(report)
    _splitting(disputed)


@st.cache_data(show_spinner="Resampling images for the intervals ...", max_entries=16)
def _report(
    queue_id: int, said: tuple[Rating, ...], last_words: tuple[tuple[int, str], ...]
) -> Report:
    from core.review.reviewers import report

    return report(said, dict(last_words))


def _headline(report: Report, n_second: int, *, has_disputes: bool) -> None:
    share = report.n_same / report.n_compared
    st.markdown(
        f"**On {report.n_same:,} of {count(report.n_compared, 'image')} with several opinions "
        f"({percent(share, 0)}) all said the same.** "
        f"{reading(report.alpha, has_disputes=has_disputes)}"
    )
    note = "First, blind opinions only; intervals of 95 % by resampling images."
    if n_second:
        note += (
            f" {count(n_second, 'opinion was', 'opinions were')} taken back after others' or the "
            "score could be seen: the first one counts."
        )
    st.caption(note)


def reading(alpha: Agreement, *, has_disputes: bool) -> str:
    """Say what Krippendorff's alpha allows one to conclude, by the lower end of its interval.

    Where nobody differed there is no interval: then by the upper 95 % limit of what was never seen.

    Args:
        alpha: Of a queue.
        has_disputes: Whether images that wait for the last word are drawn below it.

    References: Krippendorff (2004), "Reliability in content analysis": 0.8 for conclusions,
    0.667 for tentative ones. Hanley and Lippman-Hand (1983), "If nothing goes wrong, is everything
    all right?".
    """
    if alpha.value is None:
        return alpha.note or ""
    low = alpha.interval[0] if alpha.interval else alpha.value
    if alpha.interval is None and low >= TENTATIVE:
        most = 1 - 0.05 ** (1 / alpha.n_items)
        return (
            f"They never differed on {count(alpha.n_items, 'image')}: of further ones up to "
            f"{percent(most, 0)} may still split the team."
        )
    if low >= RELIABLE:
        return "Beyond chance this is reliable: conclusions can rest on these verdicts."
    if low >= TENTATIVE:
        return "Beyond chance this is enough for tentative conclusions only."
    if alpha.value >= TENTATIVE:
        return "Beyond chance this may be enough, but the interval is too wide to tell: judge more."
    where = "below" if has_disputes else "on which you differed (Outcome exports every opinion)"
    return (
        f"Beyond chance this is too little to rest conclusions on: talk about the images {where} "
        "and agree on what the verdicts mean."
    )


def kappa_word(value: float) -> str:
    """Name the strength of a kappa (Landis and Koch, 1977)."""
    return next((word for limit, word in _KAPPA_WORDS if value <= limit), "almost perfect")


def _figures(report: Report) -> None:
    with st.grid(3):
        _metric(
            "Krippendorff's alpha",
            report.alpha,
            "Of any number of people, whoever judged what. 1 is perfect, 0 is chance.",
        )
        _metric(
            "Fleiss' kappa",
            report.fleiss,
            "Over the images that have as many opinions as most have. 1 is perfect, 0 is chance.",
        )
        st.metric(
            "All said the same",
            percent(report.n_same / report.n_compared, 0),
            f"{report.n_same:,} of {report.n_compared:,}",
            delta_color="off",
            delta_arrow="off",
            border=True,
            height="stretch",
            help="Includes what chance alone would bring.",
        )


def _metric(name: str, agreement: Agreement, meaning: str) -> None:
    if agreement.value is None:
        st.metric(name, "undefined", border=True, height="stretch", help=agreement.note)
        return
    between = agreement.interval
    told = f"{between[0]:.2f} to {between[1]:.2f}" if between else "no interval"
    st.metric(
        name,
        f"{agreement.value:.2f}",
        f"{told} · {kappa_word(agreement.value)}",
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
        help=f"{meaning} On {count(agreement.n_items, 'image')}.",
    )


def _people(report: Report) -> None:
    pairs, people = st.columns(2, gap="large")
    with pairs:
        st.markdown("**Each pair**: Cohen's kappa")
        st.plotly_chart(
            review_charts.draw_kappas(report),
            key="kappas",
            config=widgets.CALM,
            alt=_pairs_alt(report),
        )
    with people:
        st.markdown("**Each person**: how often they said what most others said")
        st.plotly_chart(
            review_charts.draw_reviewers(report.reviewers),
            key="reviewers",
            config=widgets.CALM,
            alt=_people_alt(report),
        )
        st.caption(_upheld(report))


def _pairs_alt(report: Report) -> str:
    told = [
        f"{pair.first} and {pair.second}: "
        + ("undefined" if pair.kappa.value is None else f"{pair.kappa.value:.2f}")
        for pair in report.pairs
    ]
    return "Cohen's kappa. " + "; ".join(told)


def _people_alt(report: Report) -> str:
    told = [
        f"{each.reviewer}: {each.n_with_others} of {each.n_compared}" for each in report.reviewers
    ]
    return "Agreement with the others. " + "; ".join(told)


def _upheld(report: Report) -> str:
    told = [
        f"{plain(each.reviewer)} {each.n_upheld:,} of {each.n_adjudicated:,}"
        for each in report.reviewers
        if each.n_adjudicated
    ]
    return f"The last word on disputed images was theirs: {', '.join(told)}." if told else ""


def _splitting(disputed: Sequence[BlindItem]) -> None:
    """Draw the images that split the team and wait for the last word."""
    if not disputed:
        return
    st.markdown(
        f"**What splits the team** · {count(len(disputed), 'image waits', 'images wait')} for "
        "somebody who adjudicates"
    )
    shown = disputed[:N_SPLITTING]
    image_grid(
        [_cell(item) for item in shown],
        key="splitting",
        label="Images that split the team",
        on_open=way_back.opener([item.image for item in shown]),
        selectable=False,
        strip=True,
    )


def _cell(item: BlindItem) -> Cell:
    return Cell(
        id=item.image.id,
        images=(thumbnail(item.image.checksum),),
        title=f"{item.position + 1} · {name_of(item.image)}",
        alt=f"Image {item.position + 1}, {name_of(item.image)}, labelled {item.label}",
        badges=(Badge(item.label.value, item.label.value),),
    )
