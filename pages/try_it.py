"""Try it: what a detector makes of one picture, and why; nothing of it is kept unless asked."""

import streamlit as st

from dashboard import choices, resources, trying_view, way_back
from dashboard import try_context as around
from dashboard import try_given as given
from dashboard import try_result as result
from dashboard import try_why as why
from dashboard.evaluation_view import choose_run
from dashboard.tried import Refused, Tried
from dashboard.trying import judge
from db import imports, runs

st.title("Try it", anchor=False)
way_back.open_asked_image()

# Load
with resources.session() as session:
    trained = given.exported(runs.list_runs(session))

# Show
if not trained:
    choices.invite("No detector is ready yet: train one to its end.", "train", "Train one")
    st.stop()

# Act
left, right = st.columns([2, 3], gap="large")
with left:
    run = choose_run(trained)
    trying_view.warm_up(run)
with right:
    picture = given.choose_picture()
if picture is None:
    trying_view.forget()
tried = trying_view.ask(picture, run) if picture else None
trying_view.watch()
if picture is None:
    given.explain()
    trying_view.standard(run)  # while the person looks for a picture
    st.stop()
if isinstance(tried, Refused):
    trying_view.show_refusal(tried)
if not isinstance(tried, Tried):
    st.stop()

# Load
standard = trying_view.standard(run)
judged = judge(tried, standard)
with resources.session() as session:
    context = around.load_context(session, tried, run)
    rule = imports.find_rule(session)

# Show
result.show_known(context, standard)
left, right = st.columns([5, 4], gap="large")
with left:
    result.show_picture(tried, picture.digest)
    result.keep_form(picture, context.same, rule)
with right:
    result.show_verdict(judged, standard)
if judged:
    left, right = st.columns(2, gap="large")
    with left:
        why.show_heat(tried, judged)
    with right:
        why.show_lasting(tried, judged, standard)
left, right = st.columns(2, gap="large")
with left:
    why.show_cues(tried, context)
with right:
    why.show_spectrum(tried)
why.show_nearest(tried, context, standard)
