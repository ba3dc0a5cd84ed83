// Curves whose path is drawn once: only the point moves.
const MARKS = { "fpr-1": "FPR ≤ 1 %", "fpr-5": "FPR ≤ 5 %", eer: "EER", youden: "Youden" }

class Curve {
  constructor(node, pick, open) {
    this.node = node
    this.path = node.querySelector("path")
    this.point = node.querySelector(".point")
    this.marks = node.querySelector(".marks")
    node.onclick = event => {
      const step = this.nearest(event)
      if (step !== null) pick(step)
    }
    node.ondblclick = () => open({ cell: "mistakes" }) // of the point that the first click chose
  }

  /** Draw a figure pair (x, y), each 0 to 1, of every step; NaN leaves a gap. */
  draw(places) {
    this.places = places
    let isDown = false
    const told = places.map(([x, y]) => {
      const isGap = Number.isNaN(x) || Number.isNaN(y)
      const letter = isDown ? "L" : "M"
      isDown = !isGap
      return isGap ? "" : `${letter}${(100 * x).toFixed(2)} ${(100 * (1 - y)).toFixed(2)}`
    })
    this.path.setAttribute("d", told.join(""))
  }

  mark(chosen) {
    this.marks.replaceChildren(
      ...chosen.flatMap(([step, name, kind]) => {
        const mark = element("span", `mark ${kind}`)
        mark.title = name
        return step !== null && this.put(mark, step) ? [mark] : []
      }),
    )
  }

  move(step) {
    this.point.hidden = !this.put(this.point, step)
  }

  put(node, step) {
    const [x, y] = this.places[step]
    node.style.left = `${100 * x}%`
    node.style.top = `${100 * (1 - y)}%`
    return !Number.isNaN(x) && !Number.isNaN(y)
  }

  nearest(event) {
    const rect = this.node.getBoundingClientRect()
    const [x, y] = [event.clientX - rect.left, event.clientY - rect.top]
    let [best, found] = [Infinity, null]
    this.places.forEach(([px, py], step) => {
      const far = (px * rect.width - x) ** 2 + ((1 - py) * rect.height - y) ** 2
      if (far < best) [best, found] = [far, step]
    })
    return found
  }
}

class Curves {
  constructor(root, pick, open) {
    this.root = root
    this.main = new Curve(root.querySelector(".main-curve"), pick, open)
    this.cost = new Curve(root.querySelector(".cost-curve"), pick, open)
    this.kinds = [...root.querySelectorAll("[data-curve]")]
    this.kind = "roc"
    for (const button of this.kinds) button.onclick = () => this.choose(button.dataset.curve)
  }

  choose(kind) {
    this.kind = kind
    this.drawMain()
    this.move(this.step)
  }

  draw(shown) {
    this.shown = shown
    this.drawMain()
  }

  drawMain() {
    const { shown, kind, root } = this
    for (const button of this.kinds)
      button.setAttribute("aria-pressed", String(button.dataset.curve === kind))
    this.main.draw(eachStep(shown, step => this[kind](cellsAt(shown, step))))
    root.querySelector(".main-x").textContent = kind === "roc" ? "False positive rate" : "Recall"
    root.querySelector(".main-y").textContent =
      kind === "roc" ? "True positive rate" : "Precision"
    this.markMain()
  }

  roc([trueGenuine, falseFake, falseGenuine, trueFake]) {
    return [share(falseFake, falseFake + trueGenuine), share(trueFake, trueFake + falseGenuine)]
  }

  pr([, falseFake, falseGenuine, trueFake]) {
    return [share(trueFake, trueFake + falseGenuine), share(trueFake, trueFake + falseFake)]
  }

  /** `chosen`: the step of every rule. */
  drawCosts(costs, chosen) {
    const { shown } = this
    const values = eachStep(shown, step => costAt(shown, costs, step))
    const most = Math.max(...values.filter(value => !Number.isNaN(value)), 1e-9)
    const last = Math.max(1, values.length - 1)
    this.cost.draw(values.map((value, step) => [step / last, value / most]))
    this.root.querySelector(".cost-most").textContent = money(most)
    this.cost.mark([[chosen["minimum-cost"], "Lowest expected cost on validation", "least"]])
    this.chosen = chosen
    this.markMain()
  }

  markMain() {
    if (!this.chosen) return
    const marks = Object.entries(MARKS).map(([rule, name]) => [
      this.chosen[rule],
      `${name}, chosen on validation`,
      "",
    ])
    this.main.mark([...marks, [this.chosen["minimum-cost"], "Lowest cost, chosen on validation", ""]])
  }

  move(step) {
    this.step = step
    this.main.move(step)
    this.cost.move(step)
  }
}
