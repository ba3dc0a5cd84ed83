// Images by score, on the slider's own scale: as far apart as the steps between them.
const N_BINS = 60, HALF = 70, WIDE = 1000
const TICKS = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1]

class Histogram {
  constructor(root, open) {
    this.node = root.querySelector(".histogram")
    this.layers = [...root.querySelectorAll(".histogram svg")]
    this.line = this.node.querySelector(".line")
    this.shade = this.node.querySelector(".shade")
    this.ticks = root.querySelector(".ticks")
    this.told = root.querySelector(".bar-told")
    this.open = open
    this.place = null
    this.node.onclick = event => this.openBin(this.binAt(event))
    this.node.onpointermove = event => this.tell(this.binAt(event))
    this.node.onpointerleave = () => this.tell(null)
    this.node.onblur = () => this.tell(null)
    this.node.onkeydown = event => this.key(event)
  }

  draw({ steps, shown }) {
    const last = steps.length - 1
    this.steps = steps
    this.edges = Array.from({ length: N_BINS + 1 }, (_, at) => Math.round((at * last) / N_BINS))
    this.counts = [this.inBins(shown.falseFake, 0), this.inBins(shown.falseGenuine, shown.nFake)]
    for (const layer of this.layers)
      layer.querySelector(".bars").replaceChildren(...this.counts.flatMap((n, row) => this.bars(n, row)))
    this.drawTicks(last)
  }

  /** Images between the edges; `beyond` is what the running count would be after the last step. */
  inBins(running, beyond) {
    const at = edge => (edge < N_BINS ? running[this.edges[edge]] : beyond)
    return Array.from({ length: N_BINS }, (_, bin) => Math.abs(at(bin) - at(bin + 1)))
  }

  bars(counts, isFake) {
    const tallest = Math.max(1, ...counts)
    const width = WIDE / N_BINS
    return counts.map((count, bin) => {
      const height = HALF * Math.sqrt(count / tallest)
      const y = isFake ? HALF : HALF - height
      const kind = isFake ? "fake" : "genuine"
      return svgElement("rect", { x: bin * width + 1, width: width - 2, y, height, class: kind })
    })
  }

  drawTicks(last) {
    this.ticks.replaceChildren(
      ...TICKS.map(value => {
        const tick = element("span", "", String(value))
        tick.style.left = `${(100 * stepOf(this.steps, value)) / last}%`
        return tick
      }),
    )
  }

  binAt(event) {
    const rect = this.layers[0].getBoundingClientRect()
    const bin = Math.floor((N_BINS * (event.clientX - rect.left)) / rect.width)
    const isFake = event.clientY > rect.top + rect.height / 2
    return bin >= 0 && bin < N_BINS ? { bin, isFake } : null
  }

  ends({ bin }) {
    return [this.steps[this.edges[bin]], this.steps[this.edges[bin + 1]]]
  }

  tell(place) {
    const isSame = place?.bin === this.place?.bin && place?.isFake === this.place?.isFake
    if (isSame) return
    this.place = place
    for (const layer of this.layers)
      layer.querySelectorAll("rect").forEach((bar, at) => {
        bar.classList.toggle("told", place !== null && at === place.bin + N_BINS * Number(place.isFake))
      })
    this.told.textContent = place ? this.words(place) : ""
  }

  words(place) {
    const [from, to] = this.ends(place).map(shownThreshold)
    const n = this.counts[Number(place.isFake)][place.bin]
    const what = counted(n, `${place.isFake ? "fake" : "genuine"} image`)
    return `${what} from ${from} to ${to}${n ? ": click to open" : ""}`
  }

  openBin(place) {
    if (!place || !this.counts[Number(place.isFake)][place.bin]) return
    const [from, to] = this.ends(place)
    this.open({ from, to, label: place.isFake ? "fake" : "genuine" })
  }

  key(event) {
    const { bin, isFake } = this.place ?? { bin: Math.floor(N_BINS / 2), isFake: false }
    const moves = {
      ArrowLeft: { bin: Math.max(0, bin - 1), isFake },
      ArrowRight: { bin: Math.min(N_BINS - 1, bin + 1), isFake },
      ArrowUp: { bin, isFake: false },
      ArrowDown: { bin, isFake: true },
    }
    if (event.key === "Enter") this.openBin(this.place)
    else if (moves[event.key]) this.tell(moves[event.key])
    else return
    event.preventDefault()
  }

  /** Everything right of the share `at` (0 to 1) is called fake; `band` is shaded. */
  mark(at, band) {
    const [genuine, fake] = this.layers
    genuine.style.clipPath = `inset(0 ${100 * (1 - at)}% 0 0)`
    fake.style.clipPath = `inset(0 0 0 ${100 * at}%)`
    this.line.style.left = `${100 * at}%`
    this.shade.hidden = !band
    if (!band) return
    this.shade.style.left = `${100 * band[0]}%`
    this.shade.style.width = `${100 * (band[1] - band[0])}%`
  }
}
