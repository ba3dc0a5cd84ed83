"""Duplicates: decide which of the copies of a photograph to keep, in twos or in groups."""

import streamlit as st

from dashboard import comparing, group_view, grouping, resources, tidying

if tidying.heading() == tidying.GROUPS:
    # Load
    with resources.session() as session:
        groups = grouping.load_groups(session, st.query_params.get("group"))

    # Show and act
    group_view.show_groups(groups)
else:
    # Load
    with resources.session() as session:
        review = comparing.load_review(session, st.query_params.get("pair"))

    # Show and act
    comparing.show_pairs(review)
