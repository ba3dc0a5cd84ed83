"""Quality: one check at a time, its histogram, the line that a person drags, and what it flags."""

from collections.abc import Sequence
from functools import partial

import streamlit as st
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.types import ImageRecord
from dashboard import acting, choices, measuring_view, quality_checks, resources, way_back, widgets
from dashboard.auth import actor
from dashboard.grid import image_grid
from dashboard.histogram import line_on_histogram
from dashboard.quality_checks import ALL, FACE, GROUPS, Measured, Standing
from dashboard.text import count
from db import checks, events, statuses, tags

N_SHOWN, N_MORE = 24, 48
_WEAK = "A flag says that the picture is weak, not that it is fake."
_COUNTED = (
    "Faces as the detector counts them: it misses some, and takes a few other things for one."
)
_CUE = (
    "A cue, not a proof: genuine photographs have it too, and a good fake may have none. Only the "
    "largest face of a picture is measured."
)


def pick_check(standing: Standing) -> str:
    """Draw the checks with how many images each flags; the URL holds the choice."""
    asked = st.query_params.get("check", "")
    name = asked if asked in ALL else next(iter(ALL))

    def title(each: str) -> str:
        n_flagged = standing.flagged.get(each)
        return f"{ALL[each].title} **{n_flagged:,}**" if n_flagged else ALL[each].title

    for group, names in GROUPS.items():
        key = f"checks-{group.lower()}"
        st.session_state[key] = name if name in names else None
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(group, width=52)
            st.pills(
                f"{group} checks",
                names,
                key=key,
                format_func=title,
                on_change=_ask,
                args=(key,),
                label_visibility="collapsed",
            )
    return name


def _ask(key: str) -> None:
    if name := st.session_state[key]:
        st.query_params["check"] = name


def show_waiting(name: str, standing: Standing) -> None:
    """Draw what waits to be measured before this check can tell of every image."""
    measuring_view.show_outdated(standing.n_outdated)
    if name in GROUPS[FACE] and standing.flagged.get(name) is not None:
        measuring_view.show_faces_waiting(standing.n_faces_waiting)


def nothing_measured(name: str, standing: Standing) -> None:
    """Draw that no image has this figure, and what to do about it."""
    if standing.n_excluded and not standing.n_images:
        st.info("All images are excluded.", icon=":material/do_not_disturb_on:")
        _undo_button()
        return
    if not standing.n_images:
        choices.invite("No image has this figure yet.", "import_files", "Import images")
        return
    st.markdown(ALL[name].explanation)
    if name in GROUPS[FACE] and standing.n_faces_waiting:
        st.info("No face was measured yet.", icon=":material/face:")
        measuring_view.show_faces_waiting(standing.n_faces_waiting)
    else:
        st.info("This check cannot tell of any image here.", icon=":material/help:")


def draw_line(measured: Measured) -> float:
    """Draw the explanation, the histogram with its line, and the field of its exact figure."""
    check, key = measured.check, f"line-{measured.name}"
    st.session_state.setdefault(key, measured.kept)
    st.markdown(f"{check.explanation} Flagged when {check.bad_when} the line.")
    st.caption(f"{_note(measured)}{_untold(measured)}")
    line = float(st.session_state[key])
    line_on_histogram(
        quality_checks.histogram_of(measured, line),
        line,
        quality_checks.count_beyond(measured, line),
        bad_when=check.bad_when,
        title=check.title,
        unit=check.unit,
        key=f"histogram-{measured.name}",
        on_move=partial(_move, key),
    )
    return line


def _move(key: str, line: float) -> None:
    st.session_state[key] = line


def _note(measured: Measured) -> str:
    """Say what the figure is not."""
    if measured.column != measured.name:
        return _COUNTED
    return _CUE if measured.name in GROUPS[FACE] else _WEAK


def _untold(measured: Measured) -> str:
    if not measured.n_unknown:
        return ""
    return f" {count(measured.n_unknown, 'image')} without this figure."


def acts(measured: Measured, line: float) -> None:
    """Draw what can be done with the line and with what it flags."""
    n_flagged = quality_checks.count_beyond(measured, line)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _exact_field(measured)
        _button(
            "Keep this line",
            ":material/bookmark:",
            partial(_keep, measured, line),
            key="keep-this-line",
            help="For everybody, from now on",
            disabled=line == measured.kept,
        )
        st.space("stretch")
        if st.button(
            "Open in Browse", key="browse", icon=":material/grid_view:", disabled=not n_flagged
        ):
            query = quality_checks.browse_query(measured, line)
            st.switch_page("../pages/browse.py", query_params=query)
        _button(
            f"Tag all {n_flagged:,}",
            ":material/sell:",
            partial(_tag, measured, line),
            key="tag",
            help=f"Put the tag “{measured.check.title.lower()}” on all that are flagged",
            disabled=not n_flagged,
        )
        _button(
            f"Exclude all {n_flagged:,}",
            ":material/do_not_disturb_on:",
            partial(_exclude, measured, line),
            key="exclude",
            help="Leave all that are flagged out of the next dataset version",
            disabled=not n_flagged,
        )
        _undo_button()


def _exact_field(measured: Measured) -> None:
    """Draw the field in which the line's exact figure stands."""
    unit, digits = measured.check.unit, quality_checks.histogram_of(measured, measured.kept).digits
    st.number_input(
        f"Line, {unit}" if unit else "Line",
        key=f"line-{measured.name}",
        step=10.0 ** min(0, 1 - digits),
        format=f"%.{digits}f",
        width=220,
    )


def _undo_button() -> None:
    _button(
        "Undo", ":material/undo:", _undo, key="undo", help="Undo your last line, tag or exclusion"
    )


def _button(
    label: str, icon: str, change: object, *, key: str, help: str, disabled: bool = False
) -> None:
    st.button(
        label,
        key=key,
        icon=icon,
        help=help,
        disabled=disabled,
        on_click=resources.act,
        args=(change,),
    )


def n_shown(measured: Measured) -> int:
    """Return how many of the flagged images are on the screen."""
    return int(st.session_state.get(_shown_key(measured), N_SHOWN))


def show_flagged(found: Sequence[ImageRecord], measured: Measured, line: float) -> None:
    """Draw the worst flagged images, and the button for more; each opens in Browse."""
    if not found:
        st.info("Nothing is flagged at this line.", icon=":material/check_circle:")
        return
    image_grid(
        [widgets.image_cell(image) for image in found],
        key="flagged",
        label="Flagged images, the worst first",
        on_open=way_back.opener(found),
        selectable=False,
    )
    rest = quality_checks.count_beyond(measured, line) - len(found)
    if rest > 0:
        st.button(
            f"Show more ({rest:,} left)",
            key="show-more",
            icon=":material/expand_more:",
            on_click=_show_more,
            args=(_shown_key(measured), len(found)),
        )


def _shown_key(measured: Measured) -> str:
    return f"shown-{measured.name}"


def _show_more(key: str, n_images: int) -> None:
    st.session_state[key] = n_images + N_MORE


def _keep(measured: Measured, line: float, session: Session) -> None:
    checks.set_threshold(session, measured.name, line, actor=actor())
    resources.notify("The line is kept for everybody.", icon=":material/bookmark:")


def _tag(measured: Measured, line: float, session: Session) -> None:
    ids = quality_checks.find_flagged(session, measured, line)
    tag = measured.check.title.lower()
    n = tags.add_tag(session, ids, tag, actor=actor())
    resources.notify(f"{count(n, 'image')} tagged {tag}.", icon=":material/sell:")


def _exclude(measured: Measured, line: float, session: Session) -> None:
    ids = quality_checks.find_flagged(session, measured, line)
    reason = f"{measured.check.title.lower()}: {measured.check.bad_when} {line:g}"
    n = statuses.exclude(session, ids, reason, actor=actor())
    resources.notify(f"{count(n, 'image')} excluded.", icon=":material/do_not_disturb_on:")


def _forget_line(name: str) -> None:
    st.session_state.pop(f"line-{name}", None)


def _undo(session: Session) -> None:
    """Take this person's newest act of this page back."""
    kinds = (checks.DRAW, *(set(acting.UNDO) - {"relabel"}))
    newest = events.last_image_act(session, actor(), *kinds)
    if newest is None:
        raise NotFound("There is no line, tag or exclusion of yours left to undo.")
    if newest.action != checks.DRAW:
        acting.take_back(session, newest.action)
        return
    name = checks.undo_threshold(session, actor=actor())
    resources.afterwards(_forget_line, name)
    message = f"The line of “{ALL[name].title}” is back where it was."
    resources.notify(message, icon=":material/undo:")
