"""Acts on images: on those of one page or on all that match, asked about when they are many."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.types import Label
from dashboard import resources
from dashboard.auth import actor
from dashboard.text import count, plain
from db import events, images, statuses, tags
from db.images import ImageFilter

ASKED_ABOVE = 1000
"""Acts on more images than this are asked about."""

BY_HAND = "left out by hand"
"""Why an image is excluded where the person does not say."""

_ASKED = "asked-act"
_KEYS = {Label.GENUINE: "G", Label.FAKE: "F", Label.UNKNOWN: "X"}  # as in the grid


@dataclass(frozen=True)
class Scope:
    """The images that an act is about.

    Attributes:
        n: How many, as the person saw it.
        about: Their numbers, or the filter that they match at the moment of the act.
    """

    n: int
    about: tuple[int, ...] | ImageFilter

    def find(self, session: Session) -> Sequence[int]:
        """Return the numbers of the images."""
        if isinstance(self.about, ImageFilter):
            return resources.catalogue().find(session, self.about)[0]
        return self.about


@dataclass(frozen=True)
class Act:
    """One thing to do with images.

    Attributes:
        asks: Asks whether to do it; {} is how many images.
        done: Says that it was done; {} is to how many images.
        change: Takes a session, numbers, `args` and the actor; returns how many changed.
    """

    asks: str
    done: str
    icon: str
    change: Callable[..., int]
    args: tuple[object, ...] = ()


def label_act(label: Label) -> Act:
    """Give images a label."""
    return Act(
        f"Label {{}} {label}?", f"{{}} relabelled as {label}.", "label", images.relabel, (label,)
    )


def tag_act(tag: str) -> Act:
    """Put a tag on images."""
    word = _literally(tag)
    return Act(f"Tag {{}} {word}?", f"{{}} tagged {word}.", "sell", tags.add_tag, (tag,))


def untag_act(tag: str) -> Act:
    """Take a tag off images."""
    word = _literally(tag)
    asks, done = f"Take the tag {word} off {{}}?", f"Tag {word} taken off {{}}."
    return Act(asks, done, "sell", tags.remove_tag, (tag,))


def exclude_act(reason: str = "") -> Act:
    """Leave images out of the next dataset version."""
    icon = "do_not_disturb_on"
    why = (reason.strip() or BY_HAND,)
    return Act("Exclude {} from the next version?", "{} excluded.", icon, statuses.exclude, why)


def include_act() -> Act:
    """Take images into the next dataset version again."""
    return Act("Include {} again?", "{} included again.", "add_circle", statuses.include)


def _literally(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def request(act: Act, scope: Scope) -> None:
    """Do an act, or ask first where it is about many images; for callbacks."""
    if scope.n > ASKED_ABOVE:
        st.session_state[_ASKED] = (act, scope)
    else:
        perform(act, scope)


def perform(act: Act, scope: Scope) -> None:
    """Do an act at once, and say to how many images it was done."""
    resources.act(_perform, act, scope)
    forget()  # after the act: a run may end where it touches the session's state


def _perform(session: Session, act: Act, scope: Scope) -> None:
    ids = scope.find(session)
    n_changed = act.change(session, ids, *act.args, actor=actor())
    told = [act.done.format(count(n_changed, "image"))]
    if n_same := len(ids) - n_changed:
        told.append(f"{n_same:,} stayed as {'it was' if n_same == 1 else 'they were'}.")
    if len(ids) > ASKED_ABOVE:
        told.append("Undo takes it back.")
    if len(ids) != scope.n:
        told.append(f"{scope.n:,} matched when you saw them, {len(ids):,} when it was done.")
    resources.notify(" ".join(told), icon=f":material/{act.icon}:")


def toggle_status(scope: Scope) -> None:
    """Exclude images, or include them again where most of them are excluded; for callbacks."""
    with resources.session() as session:
        are_excluded = statuses.are_mostly_excluded(session, scope.find(session))
    request(include_act() if are_excluded else exclude_act(), scope)


def forget() -> None:
    """Leave what was asked about undone."""
    st.session_state.pop(_ASKED, None)


def ask() -> None:
    """Draw the question about an act on many images, if there is one."""
    if _ASKED in st.session_state:
        _ask(*st.session_state[_ASKED])


@st.dialog("Many images at once", on_dismiss=forget)
def _ask(act: Act, scope: Scope) -> None:
    st.markdown(f"**{plain(act.asks.format(count(scope.n, 'image')))}**")
    st.caption("All of them, not only those on the screen. One Undo takes it back.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel", key="cancel-act", on_click=forget):
            st.rerun()
        go = st.button(
            f"Yes, all {scope.n:,}",
            key="confirm-act",
            type="primary",
            on_click=perform,
            args=(act, scope),
        )
        if go:
            st.rerun()


UNDO: dict[str, tuple[Callable[..., Any], str]] = {
    "relabel": (images.undo_relabel, "Label"),
    "tag": (tags.undo_tag, "Tag"),
    "untag": (tags.undo_tag, "Tag"),
    statuses.EXCLUDE: (statuses.undo_status, "Status"),
    statuses.INCLUDE: (statuses.undo_status, "Status"),
}


def undo(image_id: int | None = None) -> None:
    """Take this person's newest act back, whatever it was; for callbacks.

    Args:
        image_id: The only image on the screen: an act on others is left to Browse.
    """
    resources.act(_undo, image_id)


def _undo(session: Session, image_id: int | None) -> None:
    newest = events.last_image_act(session, actor(), *UNDO)
    if newest is None:
        raise NotFound("There is no label, tag or exclusion of yours left to undo.")
    if image_id is not None and image_id not in newest.image_ids:
        raise Conflict(
            "Expected your newest label, tag or exclusion to be of this image. Received one of "
            "another: undo it in the grid."
        )
    take_back(session, newest.action)


def take_back(session: Session, action: str) -> None:
    """Take this person's newest act of a kind in UNDO back, and say of how many images."""
    change, what = UNDO[action]
    n = change(session, actor=actor())
    resources.notify(f"{what} of {count(n, 'image')} set back.", icon=":material/undo:")


def label_button(
    label: Label,
    on_click: Callable[..., None],
    args: tuple[object, ...],
    *,
    is_off: bool,
    is_in_grid: bool = False,
) -> None:
    """Draw a button; in the grid its key is the grid's, so that a press counts once."""
    st.button(
        label.capitalize(),
        key=f"label-{label}",
        on_click=on_click,
        args=args,
        help=f"Label {label} ({_KEYS[label]})" if is_in_grid else f"Label {label}",
        shortcut=None if is_in_grid else _KEYS[label],
        disabled=is_off,
    )


def undo_button(*, is_in_grid: bool = False, image_id: int | None = None) -> None:
    """Draw the button that takes this person's newest label, tag or exclusion back.

    Args:
        is_in_grid: Whether U is a key of the grid.
        image_id: The only image on the screen, where there is no grid.
    """
    st.button(
        "Undo",
        key="undo-relabel",
        help="Undo your last label, tag or exclusion" + (" (U)" if is_in_grid else ""),
        shortcut=None if is_in_grid else "U",
        icon=":material/undo:",
        type="tertiary",
        on_click=undo,
        args=(image_id,),
    )
