// What is flagged at every place of the line arrives once; a drag only looks it up.
const SVG = "http://www.w3.org/2000/svg", PAGE = 20, REST_MS = 350
const KEYS = {
  ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1,
  PageDown: -PAGE, PageUp: PAGE, Home: -Infinity, End: Infinity,
}
const states = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".histogram")
  const state = states.get(parentElement) ?? { step: null, told: null, isDragged: false, timer: 0 }
  states.set(parentElement, state)
  if (state.told !== data.line && !state.isDragged && !state.timer) state.step = null
  state.told = data.line // Python has the last word, unless a hand is on the line

  const plot = root.querySelector(".plot"), line = root.querySelector(".line")
  drawBars(root, data)
  drawTicks(root, data)
  root.querySelector(".beyond").textContent = data.n_beyond
    ? `The last bar holds ${data.n_beyond.toLocaleString("en")} beyond the scale.` : ""
  show(root, data, state)

  const move = step => {
    state.step = Math.min(Math.max(step, 0), data.steps.length - 1)
    show(root, data, state)
  }
  const send = () => {
    clearTimeout(state.timer)
    state.timer = 0
    if (state.step !== null && data.steps[state.step] !== data.line) {
      setTriggerValue("moved", data.steps[state.step])
    }
  }
  const drag = event => {
    const { left, width } = plot.getBoundingClientRect()
    move(nearest(data.places, (event.clientX - left) / width))
  }
  plot.onpointerdown = event => {
    if (event.button !== 0) return
    event.preventDefault()
    plot.setPointerCapture(event.pointerId)
    line.focus({ preventScroll: true })
    state.isDragged = true
    drag(event)
  }
  plot.onpointermove = event => { if (state.isDragged) drag(event) }
  plot.onpointerup = plot.onpointercancel = () => {
    if (!state.isDragged) return
    state.isDragged = false
    send()
  }
  line.onkeydown = event => {
    if (!(event.key in KEYS) || event.ctrlKey || event.altKey || event.metaKey) return
    event.preventDefault()
    const at = state.step ?? nearest(data.places, data.place)
    move(at + KEYS[event.key] * (event.shiftKey && Math.abs(KEYS[event.key]) === 1 ? 10 : 1))
    clearTimeout(state.timer)
    state.timer = setTimeout(send, REST_MS) // when the keys have come to rest
  }
  line.onblur = () => { if (state.timer) send() }
}

function nearest(places, at) {
  let low = 0, high = places.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (places[middle] <= at) low = middle
    else high = middle
  }
  return at - places[low] <= places[high] - at ? low : high
}

function show(root, data, { step }) {
  const place = step === null ? data.place : data.places[step]
  const figure = step === null ? data.line : data.steps[step]
  const count = step === null ? data.n_flagged : data.flagged[step]
  const line = root.querySelector(".line"), percent = 100 * place
  line.style.left = `${percent}%`
  line.style.setProperty("--at", place)
  const words = `${figure.toLocaleString("en", { maximumFractionDigits: 4 })} · ` +
    `${count.toLocaleString("en")} flagged`
  root.querySelector(".told").textContent = words
  line.setAttribute("aria-label", `Line of ${data.title}`)
  line.setAttribute("aria-valuemin", data.steps[0])
  line.setAttribute("aria-valuemax", data.steps.at(-1))
  line.setAttribute("aria-valuenow", figure)
  line.setAttribute("aria-valuetext", `${figure} ${data.unit}, ${count} images flagged`)
  root.querySelector(".bad").style.clipPath = data.bad_when === "below"
    ? `inset(0 ${100 - percent}% 0 0)` : `inset(0 0 0 ${percent}%)`
}

function drawBars(root, data) {
  const tallest = Math.sqrt(Math.max(1, ...data.bars)), n = data.bars.length
  root.querySelectorAll(".bars").forEach(svg => {
    svg.setAttribute("viewBox", `0 0 ${n} 1`)
    svg.replaceChildren(...data.bars.map((count, index) => {
      const bar = document.createElementNS(SVG, "rect"), height = Math.sqrt(count) / tallest
      bar.setAttribute("x", index + 0.05)
      bar.setAttribute("width", 0.9)
      bar.setAttribute("y", 1 - height)
      bar.setAttribute("height", height)
      const title = document.createElementNS(SVG, "title")
      title.textContent = `${data.names[index]}: ${count.toLocaleString("en")} images`
      bar.append(title)
      return bar
    }))
  })
}

function drawTicks(root, data) {
  root.querySelector(".ticks").replaceChildren(...data.ticks.map(([place, text]) => {
    const tick = document.createElement("span")
    tick.textContent = text
    tick.style.left = `${100 * place}%`
    tick.className = place === 0 ? "first" : place === 1 ? "last" : ""
    return tick
  }))
}
