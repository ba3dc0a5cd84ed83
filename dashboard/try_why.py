"""Try it, the reasons: heat map, survival, cues, spectrum and the nearest known images."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from core.evaluation.robustness import JPEG, RESIZE
from dashboard import choices, heat, try_charts, way_back
from dashboard.grid import Badge, Cell, image_grid
from dashboard.text import count
from dashboard.tried import Tried
from dashboard.try_context import Context, Near, flagged
from dashboard.try_standings import draw_standings
from dashboard.trying import Call, Judgement, Standard
from dashboard.trying_view import is_survival_awaited, offer_again
from dashboard.widgets import CALM, image_cell

_SIDES = {"Towards fake": True, "Towards genuine": False}
_MUCH = 0.25


def show_heat(tried: Tried, judged: Judgement) -> None:
    """Draw what the detector saw, coloured where it moved the score."""
    st.subheader("Where the detector looked", anchor=False)
    sides = list(_SIDES)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        side = st.segmented_control(
            "What moved the score",
            sides,
            default=sides[1] if judged.call is Call.GENUINE else sides[0],
            required=True,
            key="try-side",
        )
        strength = st.slider("Strength, in percent", 0, 100, 60, 5, key="try-strength", width=200)
    towards_fake = _SIDES[side or sides[0]]
    if not heat.has_heat(tried, towards_fake=towards_fake):
        st.caption(f"Nothing in this crop moved the score {str(side).lower()}.")
    st.image(
        heat.heat_picture(tried, towards_fake=towards_fake, strength=strength / 100),
        caption="What the detector saw, 224 x 224 px; yellow moved the score most.",
        width=336,
    )
    st.caption(
        "Grad-CAM on the last convolution, in steps of a fourteenth of the crop: where the "
        "detector looked, which proves nothing and says nothing of what it saw there."
    )


def show_lasting(tried: Tried, judged: Judgement, standard: Standard) -> None:
    """Draw how the score lasts when the picture is saved again or made smaller."""
    st.subheader("Would the verdict last?", anchor=False)
    if not tried.survival and is_survival_awaited():
        st.caption(":material/hourglass_top: Saving it again and making it smaller ...")
        return
    if not tried.survival:
        st.caption("No answer came: the worker is busy or stuck, see logs/score-1.log.")
        offer_again()
        return
    st.markdown(_lasting_words(judged))
    for values in try_charts.lasting_values(tried, judged, standard.operating.value):
        st.plotly_chart(
            try_charts.draw_lasting(values, standard),
            key=f"try-lasting-{values.title}",
            config=CALM,
            alt=f"{values.title}: "
            + ", ".join(map(" ".join, zip(values.names, values.told, strict=True))),
        )
    st.caption(
        "The whole picture is changed, the face stays where it was found. A hollow dot is called "
        "otherwise than the picture as it is."
    )


def _lasting_words(judged: Judgement) -> str:
    turns = [judged.flip(kind) for kind in (JPEG, RESIZE)]
    told = [str(change) for change in turns if change]
    if not told:
        return "The verdict lasts under every change that was tried."
    return f"The verdict turns at {' and '.join(told)}: do not lean on it."


def show_cues(tried: Tried, context: Context) -> None:
    """Draw where the figures of face and image lie among the genuine images."""
    st.subheader("Cues", anchor=False)
    if not context.standings:
        st.caption("No genuine image of the collection was measured yet: nothing to compare with.")
        choices.link("faces", "Measure faces", ":material/arrow_forward:")
        return
    st.plotly_chart(
        draw_standings(context.standings),
        key="try-cues",
        config=CALM,
        alt="; ".join(f"{each.title} {each.told}, {each.position}" for each in context.standings),
    )
    for check in flagged(tried, context.standings):
        st.markdown(f":orange-badge[{check.title}] {check.explanation}")
    st.caption(
        f"Each dot: of how many of {count(context.n_genuine, 'genuine image')} the words say less; "
        "nine in ten lie in the grey. A diamond lies beyond the check's line. On photographs "
        "these cues did not tell fakes from genuine images: they say where to look."
    )


def show_spectrum(tried: Tried) -> None:
    """Draw the power spectrum and its radial profile beside those of genuine images."""
    st.subheader("Spectrum", anchor=False)
    st.markdown(_spectrum_words(tried))
    st.plotly_chart(
        try_charts.draw_profile(tried),
        key="try-profile",
        config=CALM,
        alt="Share of the power by fineness, beside that of genuine images",
    )
    with st.expander("The spectrum itself", icon=":material/blur_on:"):
        st.image(
            tried.spectrum,
            caption="Power by direction and fineness: the middle is coarse, the edges fine. "
            "Bright dots apart from the middle are a repeating pattern.",
            width=320,
        )
    st.caption(
        "Of the copy of 480 x 320 px, as of every image: a small original has little fine detail "
        "for that reason alone, and so has a blurred one."
    )


def _spectrum_words(tried: Tried) -> str:
    shares = try_charts.share_outside(tried)
    if shares is None or tried.genuine is None:
        return "There are no genuine images in the collection to compare with."
    above, below = shares
    among = f"90 % of {count(tried.genuine.n_images, 'genuine image')}"
    if above >= _MUCH:
        return f"More fine detail than {among} have, as sharpening, noise or a generator leave."
    if below >= _MUCH:
        return f"Less fine detail than {among} have, as blur, enlarging or a generator leave."
    return f"Its fine detail lies where that of {among} lies."


def show_nearest(tried: Tried, context: Context, standard: Standard) -> None:
    """Draw the stored images most like it."""
    st.subheader("Nearest known images", anchor=False)
    if context.copies:
        st.markdown("**Looks like the same picture** · bits in which pHash differs, of 64")
        _strip(context.copies, "copies", standard, lambda near: count(int(near.figure), "bit"))
    if context.faces:
        st.markdown(
            f"**Nearest faces** of {context.n_described:,} · cosine, at most 1; a likeness, not "
            "an identity"
        )
        _strip(context.faces, "faces", standard, lambda near: f"{near.figure:.2f}")
    elif tried.embedding is None:
        st.caption("No face was found here, so there is none to compare with those known.")
    else:
        st.caption("No face of the collection is described yet: there is nothing to compare with.")
        choices.link("faces", "Measure faces", ":material/arrow_forward:")


def _strip(
    nears: Sequence[Near], key: str, standard: Standard, told: Callable[[Near], str]
) -> None:
    image_grid(
        [_cell(near, told(near), standard) for near in nears],
        key=f"try-{key}",
        label="Nearest known images",
        on_open=way_back.opener(near.image for near in nears),
        selectable=False,
        strip=True,
    )


def _cell(near: Near, told: str, standard: Standard) -> Cell:
    cell = image_cell(near.image)
    badges = [Badge(told), *cell.badges]
    if near.split:
        badges.append(Badge(f"{near.split} v{standard.run.dataset_version}"))
    return replace(cell, badges=tuple(badges), alt=f"{cell.alt}, {told}")
