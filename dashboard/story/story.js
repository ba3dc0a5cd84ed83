// Slides are turned in the browser; Python is told the place, so that the address holds it.
const TELL_MS = 400
const states = new WeakMap()

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".story")
  const find = name => root.querySelector(name)
  const state = states.get(parentElement) ?? { place: null, hasNotes: false }
  states.set(parentElement, state)
  const slides = data.slides
  if (state.opened !== data.opened) {
    state.opened = data.opened
    state.place = data.place
  }
  const last = slides.length - 1
  state.place = Math.min(Math.max(state.place, 0), last)

  const show = () => {
    const slide = slides[state.place]
    find(".slide").replaceChildren(...drawSlide(slide))
    find(".stage").setAttribute("aria-label", `${slide.title}, slide ${state.place + 1} of ${slides.length}`)
    find(".notes").replaceChildren(...slide.notes.map(words => element("p", "", words)))
    find(".notes").hidden = !state.hasNotes || !slide.notes.length
    find(".notes-toggle").setAttribute("aria-pressed", state.hasNotes)
    find(".place").textContent = `${state.place + 1} / ${slides.length}`
    find(".previous").disabled = state.place === 0
    find(".next").disabled = state.place === last
    ;[...find(".dots").children].forEach((dot, i) => {
      dot.setAttribute("aria-current", i === state.place)
    })
  }
  const go = place => {
    const next = Math.min(Math.max(place, 0), last)
    if (next === state.place) return
    state.place = next
    show()
    clearTimeout(state.telling)
    state.telling = setTimeout(() => setStateValue("slide", next + 1), TELL_MS)
  }
  const toggleNotes = () => {
    state.hasNotes = !state.hasNotes
    show()
  }
  const say = words => (find(".hint").textContent = words)
  const toggleFull = async () => {
    try {
      if (document.fullscreenElement) await document.exitFullscreen()
      else await root.requestFullscreen()
    } catch {
      say("This browser does not allow full screen here.")
    }
  }
  const keys = {
    ArrowRight: () => go(state.place + 1),
    PageDown: () => go(state.place + 1),
    ArrowLeft: () => go(state.place - 1),
    PageUp: () => go(state.place - 1),
    Home: () => go(0),
    End: () => go(last),
    n: toggleNotes,
    f: toggleFull,
  }
  const onKey = event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    const at = focused()
    if (isBusyElsewhere() || at?.closest("[role=radiogroup], [role=slider]")) return
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const isSpace = key === " " && !at?.closest("button, a, summary, [role=button]")
    if (!(key in keys) && !isSpace) return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (isSpace) go(state.place + (event.shiftKey ? -1 : 1))
    else keys[key]()
  }
  window.removeEventListener("keydown", state.onKey, true)
  state.onKey = onKey
  window.addEventListener("keydown", onKey, true)

  find(".previous").onclick = () => go(state.place - 1)
  find(".next").onclick = () => go(state.place + 1)
  find(".notes-toggle").onclick = toggleNotes
  find(".full").onclick = toggleFull
  find(".dots").replaceChildren(...slides.map((slide, i) => {
    const dot = element("button", "")
    dot.type = "button"
    dot.title = slide.title
    dot.setAttribute("aria-label", `Slide ${i + 1}: ${slide.title}`)
    dot.onclick = () => go(i)
    return dot
  }))
  say("Arrows or space turn, F full screen, N notes, Home and End")
  show()
  return () => {
    window.removeEventListener("keydown", state.onKey, true)
  }
}

function drawSlide(slide) {
  const figures = element("dl", "")
  figures.replaceChildren(...slide.figures.map(drawFigure))
  const body = element("div", slide.chart ? "body" : "body wide")
  const aside = element("div", "aside")
  if (slide.points.length) {
    const list = element("ul", "")
    list.replaceChildren(...slide.points.map(words => element("li", "", words)))
    aside.append(list)
  }
  if (slide.pictures.length) aside.append(drawPictures(slide.pictures))
  if (slide.chart) body.append(drawChart(slide.chart)) // under the first figure, which it draws
  body.append(aside)
  const head = [element("h2", "", slide.title), element("p", "lead", slide.lead)]
  return slide.figures.length ? [...head, figures, body] : [...head, body]
}

function drawFigure({ value, label, note, is_costly, is_word }) {
  const made = element("div", is_costly ? "costly" : "")
  const words = element("dt", "", label)
  const shown = element("dd", "")
  shown.append(element("div", is_word ? "value word" : "value", value))
  if (note) words.append(element("div", "note", note))
  made.append(words, shown)
  return made
}

function drawChart({ svg, alt }) {
  const made = element("div", "chart")
  const drawing = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement
  drawing.setAttribute("role", "img")
  drawing.setAttribute("aria-label", alt)
  made.append(document.importNode(drawing, true))
  return made
}

function drawPictures(pictures) {
  const made = element("div", pictures.length > 12 ? "pictures" : "pictures few")
  made.replaceChildren(...pictures.map(({ source, caption }) => {
    const figure = element("figure", "")
    const picture = element("img", "")
    picture.src = source
    picture.alt = caption
    figure.append(picture)
    if (pictures.length <= 12) figure.append(element("figcaption", "", caption))
    return figure
  }))
  return made
}
