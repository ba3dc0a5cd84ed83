// Each slice's rates at the same threshold, the worst false positive rate first.
class Slices {
  constructor(root, open, choose) {
    this.part = root.querySelector(".slices")
    this.list = root.querySelector(".slice-rows")
    this.select = root.querySelector(".slicing")
    this.note = root.querySelector(".slice-note")
    this.open = open
    this.select.onchange = () => choose(this.select.value)
  }

  draw({ slices, slicings, slicing, nSlices }) {
    this.part.hidden = !slicings.length
    this.slices = slices
    this.select.replaceChildren(
      ...slicings.map(([kind, name]) => new Option(name, kind, false, kind === slicing)),
    )
    this.note.textContent =
      slices.length < nSlices ? `the ${slices.length} largest of ${whole(nSlices)}` : ""
    this.rows = slices.map(slice => this.row(slice))
    this.list.replaceChildren(...this.rows.map(row => row.node))
  }

  row(slice) {
    const node = element("li", "slice")
    const name = element("button", "slice-name", slice.name)
    name.title = `Open the images of ${slice.name}`
    name.onclick = () => this.open({ slice: slice.key })
    const fpr = this.rate(node, "costly")
    const miss = this.rate(node, "")
    node.prepend(name)
    return { node, fpr, miss }
  }

  rate(node, kind) {
    const made = element("span", `slice-rate ${kind}`)
    const bar = element("i", "bar")
    const value = element("b", "")
    const of = element("small", "")
    made.append(bar, value, of)
    node.append(made)
    return { bar, value, of }
  }

  show(step) {
    const shown = this.slices.map((slice, at) => {
      const [fpr, miss] = [fprAt(slice, step), missAt(slice, step)]
      this.tell(this.rows[at].fpr, fpr, slice.falseFake[step], slice.nGenuine, "genuine")
      this.tell(this.rows[at].miss, miss, slice.falseGenuine[step], slice.nFake, "fakes")
      return { row: this.rows[at], fpr, miss }
    })
    const worth = value => (Number.isNaN(value) ? -1 : value)
    shown.sort((a, b) => worth(b.fpr) - worth(a.fpr) || worth(b.miss) - worth(a.miss))
    shown.forEach(({ row: { node } }, place) => {
      if (node.style.order !== String(place)) node.style.order = String(place)
    })
  }

  tell({ bar, value, of }, rate, part, n, what) {
    bar.style.transform = `scaleX(${Number.isNaN(rate) ? 0 : rate})`
    say(value, n ? percent(rate) : "–")
    say(of, n ? `${whole(part)} of ${whole(n)} ${what}` : `no ${what}`)
  }
}
