"""Try it, the result: the face, the verdict and what it rests on."""

from functools import partial

import streamlit as st

from core.types import ESTIMATED_FEATURES, Feature, ImageRecord, Label, NormaliseRule, Split
from dashboard import choices, importing, resources, try_charts
from dashboard.boxes import FACE, PARTS, Part, picture_boxes
from dashboard.boxes import Picture as Drawn
from dashboard.importing import Wishes
from dashboard.scores import ENOUGH_GENUINE
from dashboard.text import plain, size, threshold
from dashboard.text import score as shown_score
from dashboard.tried import Tried
from dashboard.try_context import Context
from dashboard.try_given import Picture
from dashboard.trying import Call, Judgement, Share, Standard
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
    if tried.judged is None:
        st.warning(
            "No face was found. The detector was given the middle of the picture instead, which is "
            "nothing that it was trained on: read nothing into the score.",
            icon=":material/no_accounts:",
        )
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
    key = f"{face_key(digest)}-choice"
    st.session_state[key] = tried.judged
    st.segmented_control(
        f"{len(tried.faces)} faces were found; the largest is judged unless you choose another",
        range(len(tried.faces)),
        required=True,
        format_func=lambda place: f"Face {place + 1}",
        key=key,
        on_change=_remember_face,
        args=(key, face_key(digest)),
    )


def _remember_face(chosen: str, kept: str) -> None:
    """Keep the choice where it outlives its widget, which is not drawn while the page waits."""
    st.session_state[kept] = st.session_state[chosen]


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


def show_verdict(judged: Judgement, standard: Standard) -> None:
    """Draw the call in words, how likely it is right, and what that rests on."""
    st.subheader(f"{_ICONS[judged.call]} {_headline(judged.call)}", anchor=False)
    score, chance = st.columns(2)
    score.metric("Score", shown_score(judged.score, standard.operating.value), border=True)
    chance.metric("Probability of fake", f"{judged.probability:.0%}", border=True)
    _warn(judged)
    st.plotly_chart(
        try_charts.draw_place(judged, standard),
        key="try-place",
        config=CALM,
        alt=f"Score {shown_score(judged.score, standard.operating.value)} among held-out images; "
        f"threshold {threshold(standard.operating.value)}",
    )
    st.caption(_about_alike(judged, standard))
    st.caption(_about_errors(standard))
    with st.expander(_threshold_name(standard), icon=":material/gavel:"):
        st.caption(_about_threshold(standard))
        st.caption(_about_probability(judged, standard))
    st.info(
        "One image never proves anything. Take this as a reason to look closer or to ask for the "
        "original, not as a finding about a person.",
        icon=":material/balance:",
    )


def _headline(call: Call) -> str:
    if call is Call.UNCERTAIN:
        return "Uncertain: left to a person"
    return f"Would be called {call.value}"


def _warn(judged: Judgement) -> None:
    if judged.is_unfamiliar:
        st.warning(
            "Unlike the images that this detector knows: of those held out from its training, "
            "hardly any lies as far from them. Its score is a guess here.",
            icon=":material/explore_off:",
        )
    if (judged.probability >= _HALF) != (judged.call is Call.FAKE) and judged.call is not (
        Call.UNCERTAIN
    ):
        st.caption(
            "Probability and call point different ways: the threshold is not set at even odds, but "
            "by how many genuine images may be called fake."
        )


def _threshold_name(standard: Standard) -> str:
    state = "in force" if standard.operating.is_in_force else "suggested, not approved"
    return f"Threshold {threshold(standard.operating.value)}, {state}"


def _about_threshold(standard: Standard) -> str:
    operating = standard.operating
    band = ""
    if operating.low is not None and operating.high is not None:
        low, high = threshold(operating.low), threshold(operating.high)
        band = f" From {low} to below {high} it is uncertain."
    return f"**Threshold.** {plain(operating.origin)}{band}"


def _about_probability(judged: Judgement, standard: Standard) -> str:
    words = f"**Probability.** {plain(standard.calibration.note)}"
    if not judged.mix.whole:
        return words
    return (
        f"{words} It holds where {judged.mix.part:,} of {judged.mix.whole:,} images are fake, as "
        "there; where fakes are rarer, the same score means less."
    )


def _about_alike(judged: Judgement, standard: Standard) -> str:
    if judged.alike is None:
        return "**Similar scores.** Too few held-out images to say how often such a score is right."
    near, split = judged.alike, standard.calibration.split or Split.VALIDATION
    return (
        f"**Similar scores.** Of the {near.fakes.whole} images of the {split} split with the "
        f"nearest scores ({near.low:.3f} to {near.high:.3f}), {near.fakes.part} were fake: "
        f"{_share(near.fakes)}."
    )


def _about_errors(standard: Standard) -> str:
    wrong = standard.false_positives
    if not wrong.whole:
        return "**False positives.** No genuine test image was scored, so nobody knows their rate."
    few = " Indicative only: fewer than 1,000 images." if wrong.whole < ENOUGH_GENUINE else ""
    return (
        f"**False positives.** Under this threshold, {wrong.part:,} of {wrong.whole:,} genuine "
        f"test images were called fake: {_share(wrong)}.{few}"
    )


def _share(share: Share) -> str:
    if share.interval is None:
        return "of none"
    low, high = share.interval
    return f"{share.part / share.whole:.1%} (95 % interval {low:.1%} to {high:.1%})"


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
    st.caption("Nothing of it is stored so far; closing this tab forgets it.")


def _keep(picture: Picture, rule: NormaliseRule) -> None:
    wishes = Wishes(with_manifest=False, label=st.session_state["try-label"], rule=rule)
    begin = partial(importing.start_uploads, [picture.upload])
    if job_id := resources.start(begin, wishes):
        st.session_state[_kept_key(picture)] = job_id


def _kept_key(picture: Picture) -> str:
    return f"try-kept-{picture.digest[:16]}"
