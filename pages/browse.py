"""Browse: find images, look at them closely, relabel them."""

import streamlit as st

from dashboard import browsing, image_view, resources, widgets
from dashboard.grid import image_grid

st.title("Browse", anchor=False)
checksum = st.query_params.get("image")
bar = st.container(horizontal=True, vertical_alignment="center")

# Load
with resources.session() as session:
    choices = browsing.load_choices(session)
    with bar.popover("Filters", icon=":material/tune:") if checksum else bar:
        wanted, sort = browsing.filters(choices)
    if checksum:
        details = image_view.find_details(session, checksum, wanted, sort)
    else:
        total = resources.catalogue().count(session, wanted)
        tools = st.container(horizontal=True, vertical_alignment="center")
        with tools:
            offset = browsing.pager(total)
        found = browsing.load_page(session, wanted, sort, offset)

# Show
if checksum:
    with bar:
        image_view.navigation(details)
    if details:
        image_view.show_details(details)
elif not found:
    browsing.nothing_found(wanted)
else:
    # Act
    with tools:
        browsing.toolbar([image.id for image in found])
    checksums = {image.id: image.checksum for image in found}
    image_grid(
        [widgets.image_cell(image) for image in found],
        key=browsing.GRID,
        label="Images",
        on_open=lambda image_id: widgets.show_image(checksums[image_id]),
        on_act=browsing.on_key,
    )
