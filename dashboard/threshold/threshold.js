// The counts of every threshold arrive once; a drag only looks them up, with no word to the server.
// Runs again on every change of data; what the person does lives in a View by mounted instance.
const views = new WeakMap()
const HALF_BAND = 0.1

const placeOf = ({ value, band }) => JSON.stringify([value, band])

class View {
  constructor(root) {
    this.root = root.querySelector(".threshold")
    this.slider = this.find(".slider")
    this.value = this.find(".value")
    this.rule = this.find(".rule")
    this.hasBand = this.find(".has-band")
    this.ends = [this.find(".low"), this.find(".high")]
    this.costs = [...this.root.querySelectorAll("[data-cost]")]
    this.costError = this.find(".cost-error")
    this.modes = [...this.root.querySelectorAll("[data-mode]")]
    const open = door => this.setTriggerValue("door", door)
    this.figures = new Figures(this.root)
    this.histogram = new Histogram(this.root, open)
    this.curves = new Curves(this.root, step => this.pick(step), open)
    this.slices = new Slices(this.root, open, slicing => this.commit({ slicing }))
    this.flips = new Flips(this.root, open)
    this.listen(open)
  }

  find(selector) {
    return this.root.querySelector(selector)
  }

  listen(open) {
    this.slider.oninput = () => this.drag(Number(this.slider.value))
    this.slider.onchange = () => this.pick(Number(this.slider.value))
    for (const button of this.modes) button.onclick = () => this.follow(button.dataset.mode)
    for (const cell of this.root.querySelectorAll("[data-door]"))
      cell.onclick = () => open({ cell: cell.dataset.door })
    for (const input of this.costs) {
      input.oninput = () => this.readCosts() && this.weigh()
      input.onchange = () => this.commit()
    }
    this.hasBand.onchange = () => this.toggleBand()
    this.ends.forEach((end, side) => {
      end.oninput = () => this.moveBand(side, Number(end.value))
      end.onchange = () => this.commit()
    })
    this.find(".band-open").onclick = () =>
      open(rangeOf(this.board.steps, ...this.band))
  }

  update({ data, setStateValue, setTriggerValue }) {
    Object.assign(this, { setStateValue, setTriggerValue, data })
    const isNew = this.identity !== data.identity
    if (isNew && !data.payload) return this.ask()
    if (isNew) this.load(data)
    if (isNew || this.further !== JSON.stringify(data.further.map(each => each.id))) this.hang()
    const told = placeOf(data)
    if (this.pending === told) this.pending = null // Python has answered the last release
    const isMoved = isNew || (this.told !== told && this.pending === null && !this.isDragging)
    this.told = told
    if (isMoved) return this.take(data)
    if (this.pending === null && !this.isDragging) this.mode = data.mode // Python may name a rule
    this.show()
  }

  /** An earlier mount held the payload: this one does not. */
  ask() {
    const { value, mode, costs, band } = this.data
    this.setStateValue("told", { value, mode, costs, band, held: null })
  }

  load(data) {
    this.identity = data.identity
    this.board = unpack(data.payload)
    const { steps, shown } = this.board
    const last = String(steps.length - 1)
    for (const input of [this.slider, ...this.ends]) input.max = last
    this.start = stepOf(steps, data.start.value)
    this.modes[0].textContent = `${data.start.name} ${shownThreshold(data.start.value)}`
    this.find(".flip-from").textContent = `against ${shownThreshold(data.start.value)}, ${data.start.name.toLowerCase()}`
    this.histogram.draw(this.board)
    this.curves.draw(shown)
    this.slices.draw(this.board)
    this.pending = null
  }

  hang() {
    this.further = JSON.stringify(this.data.further.map(each => each.id))
    this.flips.draw([...this.board.pool, ...this.data.further])
  }

  /** Stand where Python says. */
  take({ value, mode, costs, band }) {
    this.mode = mode
    for (const input of this.costs) {
      const name = input.dataset.cost
      input.value = String(Number((costs[name] * (name === "prevalence" ? 100 : 1)).toPrecision(12)))
    }
    this.readCosts()
    this.step = stepOf(this.board.steps, value)
    this.band = band && band.map(end => stepOf(this.board.steps, end))
    this.weigh()
  }

  // What the person does
  drag(step) {
    if (!this.isDragging) this.bandBefore = this.band
    this.band = this.bandBefore // pushed along while it must, back where it need not
    this.isDragging = true
    this.mode = "by-hand"
    this.step = step
    this.show()
  }

  pick(step) {
    this.mode = "by-hand"
    this.step = step
    this.show()
    this.commit()
  }

  follow(mode) {
    const step = this.chosen[mode]
    if (step === null) return
    Object.assign(this, { mode, step })
    this.show()
    this.commit()
  }

  toggleBand() {
    const { steps } = this.board
    const value = steps[this.step]
    this.band = this.hasBand.checked
      ? [stepOf(steps, Math.max(0, value - HALF_BAND)), stepOf(steps, Math.min(1, value + HALF_BAND))]
      : null
    this.show()
    this.commit()
  }

  moveBand(side, step) {
    this.band[side] = side ? Math.max(step, this.step) : Math.min(step, this.step)
    this.show()
  }

  /** Take the costs that stand there; false while one of them is none. */
  readCosts() {
    this.sayCostError()
    const told = this.costs.map(input => [input.dataset.cost, input.value === "" ? NaN : Number(input.value)])
    if (told.some(([, value]) => !(value >= 0)) || this.costs.some(input => !input.checkValidity()))
      return false
    this.weights = Object.fromEntries(told)
    this.weights.prevalence /= 100
    return true
  }

  /** Say in words what is expected of the first cost that is none. */
  sayCostError() {
    const bad = this.costs.find(input => input.value === "" || !input.checkValidity())
    this.costError.hidden = !bad
    for (const input of this.costs) input.ariaInvalid = String(input === bad)
    if (!bad) return
    const most = whole(Number(bad.max))
    const received = bad.value === "" ? "no number" : bad.value
    say(this.costError, `Expected a number from 0 to ${most}. Received ${received}. The last good one counts.`)
  }

  /** Find every rule's step anew; a threshold of lowest cost follows the costs. */
  weigh() {
    const { chosenOn } = this.board
    this.chosen = { start: this.start }
    for (const [mode, rule] of Object.entries(RULES)) this.chosen[mode] = rule(chosenOn, this.weights)
    for (const button of this.modes) button.disabled = this.chosen[button.dataset.mode] === null
    if (this.mode === "minimum-cost" && this.chosen[this.mode] !== null) this.step = this.chosen[this.mode]
    this.curves.drawCosts(this.weights, this.chosen)
    this.show()
  }

  commit(more = {}) {
    this.isDragging = false
    const { steps } = this.board
    const value = steps[this.step]
    const band = this.band && this.band[0] < this.band[1] ? this.band.map(step => steps[step]) : null
    const place = placeOf({ value, band })
    if (place !== this.told) this.pending = place
    const { mode, weights: costs, identity: held } = this
    this.setStateValue("told", { value, mode, costs, band, held, slicing: this.board.slicing, ...more })
  }

  // What is shown
  show() {
    const { board, step } = this
    const { steps, shown } = board
    this.pushBand()
    const last = steps.length - 1
    const value = shownThreshold(steps[step])
    say(this.value, value)
    this.slider.value = String(step)
    this.slider.setAttribute("aria-valuetext", value)
    this.slider.style.setProperty("--at", `${(100 * step) / last}%`)
    this.histogram.mark(step / last, this.band?.map(end => end / last))
    this.curves.move(step)
    this.showMode()
    this.figures.show(shown, step)
    this.figures.showCosts(shown, step, this.weights, this.chosen["minimum-cost"])
    this.showBand()
    this.slices.show(step)
    this.flips.show(shown, steps, this.start, step)
  }

  pushBand() {
    if (!this.band) return
    this.band = [Math.min(this.band[0], this.step), Math.max(this.band[1], this.step)]
  }

  showMode() {
    for (const button of this.modes) {
      const isPressed = String(button.dataset.mode === this.mode)
      if (button.ariaPressed !== isPressed) button.ariaPressed = isPressed
    }
    say(this.rule, ruleWords(this.board.chosenOn, this.step))
  }

  showBand() {
    const { band, board } = this
    this.hasBand.checked = Boolean(band)
    this.find(".band").hidden = !band
    if (!band) return
    this.ends.forEach((end, side) => (end.value = String(band[side])))
    this.find(".low-value").textContent = shownThreshold(board.steps[band[0]])
    this.find(".high-value").textContent = shownThreshold(board.steps[band[1]])
    this.find(".band-words").textContent = bandWords(board.shown, band)
    this.find(".band-open").disabled = band[0] === band[1]
  }
}

export default function (component) {
  const root = component.parentElement
  if (!views.has(root)) views.set(root, new View(root))
  views.get(root).update(component)
}
