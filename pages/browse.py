"""Browse: find images, look at them closely, label, tag and exclude them, one or all that match."""

from functools import partial

import streamlit as st

from dashboard import browsing, filtering, image_view, resources, saved_views, way_back, widgets
from dashboard.grid import image_grid

head = st.container(horizontal=True, vertical_alignment="center")
head.title("Browse", anchor=False, width="stretch")
checksum = st.query_params.get("image")
bar = st.container(horizontal=True, vertical_alignment="center")

# Load
with resources.session() as session:
    choices = filtering.load_choices(session)
    place = bar.popover("Filters", icon=":material/tune:") if checksum else bar
    with place:
        wanted = filtering.filters(choices)
    with place if checksum else head:
        sort = filtering.order(choices)
    views = saved_views.load_views(session)
    if checksum:
        details = image_view.find_details(session, checksum, wanted, sort)
    else:
        total = resources.catalogue().count(session, wanted)
        tools = st.container(horizontal=True, vertical_alignment="center")
        with tools:
            offset = browsing.pager(total)
            browsing.chosen_elsewhere()
        images = browsing.load_page(session, wanted, sort, offset)
        found = browsing.Found(wanted, [image.id for image in images], total)

# Show
if not checksum:
    way_back.forget()
    with head:
        saved_views.menu(views)
        saved_views.share()
if checksum:
    with bar:
        image_view.navigation(details)
    if details:
        image_view.show_details(details)
elif not images:
    browsing.nothing_found(wanted)
else:
    # Act
    with tools:
        browsing.selection(found)
    browsing.toolbar(found)
    checksums = {image.id: image.checksum for image in images}
    image_grid(
        [widgets.image_cell(image) for image in images],
        key=browsing.GRID,
        label="Images",
        on_open=lambda image_id: widgets.show_image(checksums[image_id]),
        on_act=browsing.on_key,
        on_act_all=partial(browsing.on_key, found=found),
        on_select=browsing.only_page,
        n_all_selected=total if found.is_all_selected else 0,
    )
