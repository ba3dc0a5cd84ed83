"""Try it, the result: the face, the verdict and what it rests on."""

from functools import partial

import streamlit as st

from core.rounding import percent
from core.types import ESTIMATED_FEATURES, Feature, ImageRecord, Label, NormaliseRule, Split
from dashboard import choices, importing, resources, try_charts
from dashboard import try_words as words
from dashboard.boxes import FACE, PARTS, Part, picture_boxes
from dashboard.boxes import Picture as Drawn
from dashboard.importing import Wishes
from dashboard.text import plain, size, threshold
from dashboard.text import score as shown_score
from dashboard.tried import Tried
from dashboard.try_context import Context
from dashboard.try_given import Picture
from dashboard.trying import NO_FACE, Call, Judgement, Standard
from dashboard.trying_view import face_key
from dashboard.widgets import CALM, name_of

_ICONS = {
    Call.GENUINE: ":material/check_circle:",
    Call.FAKE: ":material/flag:",
    Call.UNCERTAIN: ":material/help:",
}
_HALF = 0.5


def show_picture(tried: Tried, digest: str) -> None:
    """Draw the picture with its faces, the parts of the judged one, and the choice of a face."""
    if len(tried.faces) > 1:
        _choose_face(tried, digest)
    picture_boxes(
        Drawn(tried.picture, tried.width_px, tried.height_px, "The picture that is tried"),
        _parts(tried),
        key=f"try-boxes-{digest[:16]}",
    )
    told = [f"{tried.width_px} x {tried.height_px} px", tried.format, size(tried.size_bytes)]
    st.caption(plain(" · ".join([*told, *tried.notes])))


def _choose_face(tried: Tried, digest: str) -> None:
    """Offer the faces as buttons: what is pressed outlives an older answer still being drawn."""
    st.caption(f"{len(tried.faces)} faces were found; the largest is judged unless you choose.")
    with st.container(horizontal=True, key="try-faces-found"):
        for place in range(len(tried.faces)):
            is_judged = place == tried.judged
            st.button(
                f"Face {place + 1}{', judged' if is_judged else ''}",
                key=f"try-face-{place}",
                disabled=is_judged,
                on_click=_remember_face,
                args=(face_key(digest), place),
            )


def _remember_face(key: str, place: int) -> None:
    st.session_state[key] = place


def _parts(tried: Tried) -> list[Part]:
    found = [
        Part(place, FACE, face.box, f"found by YuNet, confidence {face.confidence:.2f}")
        for place, face in enumerate(tried.faces)
    ]
    for name in PARTS if tried.judged is not None else ():
        if name != FACE and Feature(name) in tried.features:
            is_guess = name in ESTIMATED_FEATURES
            source = "an estimate from the head's outline" if is_guess else "by the face mesh"
            box = tried.features[Feature(name)]
            found.append(Part(tried.judged or 0, name, box, source, is_estimated=is_guess))
    return found


def show_verdict(judged: Judgement | None, standard: Standard) -> None:
    """Draw the call in words, how likely it is right, and what that rests on, if there is one."""
    if judged is None:
        st.subheader("No verdict", anchor=False)
        st.warning(
            f"{NO_FACE} Try a picture in which the face is larger, upright or better lit.",
            icon=":material/no_accounts:",
        )
        return
    st.subheader(f"{_ICONS[judged.call]} {words.headline(judged.call)}", anchor=False)
    score, chance = st.columns(2)
    score.metric("Score", shown_score(judged.score, standard.operating.value), border=True)
    known = "not known" if judged.probability is None else percent(judged.probability, 0)
    chance.metric("Probability of fake", known, border=True)
    _warn(judged, standard)
    st.plotly_chart(
        try_charts.draw_place(judged, standard),
        key="try-place",
        config=CALM,
        alt=f"Score {shown_score(judged.score, standard.operating.value)} among held-out images; "
        f"threshold {threshold(standard.operating.value)}",
    )
    st.caption(words.about_alike(judged, standard))
    st.caption(words.about_errors(standard))
    with st.expander(words.threshold_name(standard), icon=":material/gavel:"):
        st.caption(words.about_threshold(standard))
        st.caption(words.about_probability(judged, standard))
    st.info(
        "One image never proves anything. Take this as a reason to look closer or to ask for the "
        "original, not as a finding about a person.",
        icon=":material/balance:",
    )


def _warn(judged: Judgement, standard: Standard) -> None:
    if judged.is_unfamiliar:
        st.warning(
            "Unlike the images that this detector knows: of those held out from its training, "
            "hardly any lies as far from them. Its score is a guess here.",
            icon=":material/explore_off:",
        )
    if judged.probability is None:
        st.caption(plain(standard.calibration.note))
    elif judged.call is not Call.UNCERTAIN and (
        (judged.probability >= _HALF) != (judged.call is Call.FAKE)
    ):
        st.caption(
            "Probability and call point different ways: the threshold is not set at even odds, but "
            "by how many genuine images may be called fake."
        )


def show_known(context: Context, standard: Standard) -> None:
    """Say whether the very same file is in the collection, and whether the run learned from it."""
    image = context.same
    if image is None:
        return
    told = f"This very file is in the collection as {plain(name_of(image))}, labelled {image.label}"
    if context.same_split is Split.TRAIN:
        told += (
            f". Run {standard.run.id} was trained on it, so its score says nothing of images that "
            "it has not seen"
        )
    elif context.same_split:
        told += f", in the {context.same_split} split of version {standard.run.dataset_version}"
    with st.container(horizontal=True, vertical_alignment="center", key="try-known"):
        st.markdown(f":material/fingerprint: {told}.", width="content")
        choices.link("browse", "Open it", ":material/arrow_forward:", image=image.checksum)


def keep_form(picture: Picture, same: ImageRecord | None, rule: NormaliseRule | None) -> None:
    """Draw the only way in which anything of the picture is stored."""
    if same is not None:
        return
    kept = st.session_state.get(_kept_key(picture))
    if kept:
        choices.link(
            "import_files", "It is being imported: follow it", ":material/check:", job=kept
        )
        return
    with st.popover("Keep this image", icon=":material/save:", key="try-keep"):
        st.radio(
            "What you know of it",
            list(Label),
            index=list(Label).index(Label.UNKNOWN),
            format_func=str.capitalize,
            key="try-label",
            help="The verdict above is no evidence: a label must rest on something else.",
        )
        st.button(
            "Import it",
            key="try-import",
            type="primary",
            on_click=_keep,
            args=(picture, rule or NormaliseRule.CROP),
        )
    st.caption(
        "Nothing of it is stored so far. Once this tab is closed, the server forgets it within "
        "minutes."
    )


def _keep(picture: Picture, rule: NormaliseRule) -> None:
    wishes = Wishes(with_manifest=False, label=st.session_state["try-label"], rule=rule)
    begin = partial(importing.start_uploads, [picture.upload])
    if job_id := resources.start(begin, wishes):
        st.session_state[_kept_key(picture)] = job_id


def _kept_key(picture: Picture) -> str:
    return f"try-kept-{picture.digest[:16]}"
