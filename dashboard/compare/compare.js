// Runs again on every change of data: where a person looks lives here, by mounted instance. `x` and
// `y` say how far the enlarged picture is moved, in widths and heights of its frame.
const memory = new WeakMap()
const MAX_SCALE = 16
const STEP = 1.5
const BLINK_MS = 700
const CALM_BLINK_MS = 2000

const remember = root => {
  if (!memory.has(root)) memory.set(root, { name: null, drawn: null })
  return memory.get(root)
}

// A picture alone fills its frame; two have frames of one shape, so that they show the same region.
const drawPane = (pane, isAlone) => {
  const drawn = element("figure", "pane")
  drawn.style.margin = 0
  const view = element("div", "view")
  const image = element("img", "")
  image.src = pane.source
  image.alt = pane.alt
  image.draggable = false
  if (isAlone)
    image.onload = () => (view.style.aspectRatio = `${image.naturalWidth} / ${image.naturalHeight}`)
  view.append(image, element("span", "flipped", "flipped"))
  const caption = element("figcaption", "")
  caption.append(element("div", "title", pane.title))
  for (const note of pane.notes) caption.append(element("div", "note", note))
  drawn.append(view, caption)
  return drawn
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".panes")
  const tools = parentElement.querySelector(".tools")
  const state = remember(parentElement)
  const last = data.panes.length - 1

  if (state.name !== data.name) {
    Object.assign(state, { name: data.name, scale: 1, x: 0, y: 0 })
    state.flips = data.panes.map(pane => pane.flipped)
  }
  while (state.flips.length < data.panes.length) state.flips.push(data.panes[state.flips.length].flipped)
  const wanted = JSON.stringify(data)
  if (state.drawn !== wanted) {
    root.replaceChildren(...data.panes.map(pane => drawPane(pane, last === 0)))
    state.drawn = wanted
  }
  root.classList.toggle("blink", data.blink)
  tools.querySelector("[data-act=flip]").hidden = last === 0

  const show = () => {
    ;[...root.children].forEach((pane, i) => {
      const image = pane.querySelector("img")
      const isFlipped = last > 0 && state.flips[i]
      // A flipped picture is mirrored about the middle of its frame, then enlarged like the others.
      const flip = isFlipped ? "translateX(100%) scaleX(-1)" : ""
      image.style.transform = `translate(${state.x * 100}%, ${state.y * 100}%) scale(${state.scale}) ${flip}`
      image.classList.toggle("near", state.scale >= 4)
      pane.querySelector(".flipped").hidden = !isFlipped
    })
    tools.querySelector(".scale").textContent = `${Math.round(state.scale * 100)} %`
  }
  const moveTo = (x, y) => {
    const least = 1 - state.scale
    state.x = Math.min(Math.max(x, least), 0)
    state.y = Math.min(Math.max(y, least), 0)
    show()
  }
  const zoom = (factor, x = 0.5, y = 0.5) => {
    const scale = Math.min(Math.max(state.scale * factor, 1), MAX_SCALE)
    const grown = scale / state.scale
    state.scale = scale
    moveTo(x - (x - state.x) * grown, y - (y - state.y) * grown)
  }
  const acts = {
    in: () => zoom(STEP),
    out: () => zoom(1 / STEP),
    reset: () => zoom(1 / MAX_SCALE),
    flip: () => {
      if (last === 0) return
      state.flips[last] = !state.flips[last]
      show()
    },
  }

  tools.onclick = event => acts[event.target.closest("[data-act]")?.dataset.act]?.()
  const place = event => {
    const frame = event.target.closest(".view").getBoundingClientRect()
    return [(event.clientX - frame.left) / frame.width, (event.clientY - frame.top) / frame.height]
  }
  const onWheel = event => {
    if (!event.target.closest(".view")) return
    if (state.scale === 1 && event.deltaY > 0) return // the page scrolls on
    event.preventDefault()
    zoom(Math.exp(-Math.max(Math.min(event.deltaY, 100), -100) / 250), ...place(event))
  }
  root.onpointerdown = event => {
    const view = event.target.closest(".view")
    if (!view || event.button !== 0) return
    view.setPointerCapture(event.pointerId)
    state.drag = { x: event.clientX, y: event.clientY, from: [state.x, state.y] }
  }
  root.onpointermove = event => {
    if (!state.drag) return
    const frame = event.target.closest(".view").getBoundingClientRect()
    const [x, y] = state.drag.from
    moveTo(
      x + (event.clientX - state.drag.x) / frame.width,
      y + (event.clientY - state.drag.y) / frame.height,
    )
  }
  root.onpointerup = root.onpointercancel = () => (state.drag = null)
  root.ondblclick = event => {
    if (!event.target.closest(".view")) return
    state.scale > 1 ? acts.reset() : zoom(STEP * STEP, ...place(event))
  }

  const KEYS = { "+": "in", "=": "in", "-": "out", 0: "reset", f: "flip" }
  const onKey = event => {
    if (event.ctrlKey || event.metaKey || event.altKey || isBusyElsewhere()) return
    const act = acts[KEYS[event.key.toLowerCase()]]
    if (!act) return
    act()
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  window.removeEventListener("keydown", state.onKey, true)
  root.removeEventListener("wheel", state.onWheel)
  Object.assign(state, { onKey, onWheel })
  window.addEventListener("keydown", onKey, true)
  root.addEventListener("wheel", onWheel, { passive: false })

  // A choice of the view made by mouse would go on taking the arrow keys, which are verdicts here.
  const chosen = document.activeElement
  if (chosen?.matches("[role=radio]:not(:focus-visible)")) chosen.blur()

  clearInterval(state.blinking)
  const turn = i => [...root.children].forEach((pane, at) => pane.classList.toggle("away", data.blink && at !== i))
  turn(0)
  if (data.blink && last > 0) {
    let shown = 0
    const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches
    state.blinking = setInterval(() => turn((shown = 1 - shown)), isCalm ? CALM_BLINK_MS : BLINK_MS)
  }
  show()
  return () => {
    clearInterval(state.blinking)
    window.removeEventListener("keydown", state.onKey, true)
  }
}
