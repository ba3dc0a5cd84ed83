// The counts of every threshold arrive once; a drag only looks them up, with no word to the server.
const STEPS = 1000, HALF = 70, SVG = "http://www.w3.org/2000/svg"
const states = new WeakMap()

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".threshold")
  const slider = root.querySelector(".slider")
  const state = states.get(parentElement) ?? { dragging: false, pending: null }
  states.set(parentElement, state)
  if (state.histogram !== data.histogram) drawBars(root, state, data.histogram)

  const told = Math.round(data.value * STEPS)
  if (state.pending === told) state.pending = null // Python has answered the last release
  if (!state.dragging && state.pending === null) slider.value = told
  show(root, state, data, Number(slider.value))

  slider.oninput = () => {
    state.dragging = true
    show(root, state, data, Number(slider.value))
  }
  slider.onchange = () => {
    state.dragging = false
    const step = Number(slider.value)
    if (step === told) return
    state.pending = step
    setStateValue("value", step / STEPS)
  }
}

function drawBars(root, state, histogram) {
  const width = STEPS / histogram[0].length
  state.histogram = histogram
  state.bars = histogram.map((counts, isFake) => {
    const tallest = Math.max(1, ...counts)
    return counts.map((count, index) => {
      const height = HALF * Math.sqrt(count / tallest)
      const bar = document.createElementNS(SVG, "rect")
      bar.setAttribute("x", index * width + 1)
      bar.setAttribute("width", width - 2)
      bar.setAttribute("y", isFake ? HALF : HALF - height)
      bar.setAttribute("height", height)
      return bar
    })
  })
  root.querySelector(".bars").replaceChildren(...state.bars.flat())
}

function show(root, state, data, step) {
  const value = (step / STEPS).toFixed(3)
  root.querySelector(".value").textContent = value
  const slider = root.querySelector(".slider")
  slider.setAttribute("aria-valuetext", value)
  slider.style.setProperty("--at", `${(100 * step) / STEPS}%`)
  const mark = root.querySelector(".mark")
  mark.setAttribute("x1", step)
  mark.setAttribute("x2", step)
  colourBars(state.bars, step)
  const counts = data.counts[step]
  root.querySelectorAll("[data-cell]").forEach(cell => {
    cell.textContent = counts[cell.dataset.cell].toLocaleString("en")
  })
  const [trueGenuine, falseFake, falseGenuine, trueFake] = counts
  showRate(root, "fpr", falseFake, trueGenuine + falseFake, "genuine called fake")
  showRate(root, "miss", falseGenuine, falseGenuine + trueFake, "fakes missed")
  showRate(root, "tpr", trueFake, falseGenuine + trueFake, "fakes caught")
  showRate(root, "precision", trueFake, trueFake + falseFake, "called fake are fake")
}

function colourBars([genuine, fake], step) {
  const width = STEPS / genuine.length
  genuine.forEach((bar, index) => {
    bar.setAttribute("class", (index + 0.5) * width >= step ? "wrong" : "genuine")
  })
  fake.forEach((bar, index) => {
    bar.setAttribute("class", (index + 0.5) * width >= step ? "fake" : "missed")
  })
}

function showRate(root, name, part, whole, words) {
  const share = whole ? `${((100 * part) / whole).toFixed(1)} %` : "none"
  root.querySelector(`[data-rate=${name}]`).textContent = share
  root.querySelector(`[data-of=${name}]`).textContent =
    `${part.toLocaleString("en")} of ${whole.toLocaleString("en")} ${words}`
}
