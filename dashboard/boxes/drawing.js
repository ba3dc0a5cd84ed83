// What is drawn: the boxes as Python told them, as changed since, and the bar above them.
const LOOKING = "Point at a box, or press Tab, to see what it is and who measured it."
const CORRECTING =
  "Drag a box to move it, an edge or a corner to resize it; click a face first to move all of it. " +
  "Keys: Tab next box, arrows move, Shift + arrows resize, Delete not visible, Z undo, Esc done."
const PLACING = "Arrows move it, Shift + arrows resize it, Enter stores it, Esc leaves it."
const BEGINNING =
  "Drag around it on the picture, or press Enter for a box that the arrows move. Esc leaves it."

const capital = text => text.charAt(0).toUpperCase() + text.slice(1)
const idOf = ({ face, part }) => `${face}-${part}`

/** Return a part's full name and its short one; `number` of its face where there are several. */
const namesOf = (part, number) => {
  const own = number ? `face ${number}` : "face"
  if (part === "face") return { name: own, short: capital(own) }
  return { name: number ? `${part} of ${own}` : part, short: capital(part.split(" ").pop()) }
}

class Drawing {
  constructor(root) {
    this.pending = new Map() // by id: what acts that are not acknowledged make of boxes
    this.nodes = new Map()
    Object.assign(this, { added: [], isCorrecting: false, drag: null, drawing: null })
    this.shows = { faces: true, features: true }
    this.tentative = null // the box of a part that is being drawn
    const find = name => root.querySelector(`.${name}`)
    for (const name of ["stage", "layer", "told", "missing", "undo", "correct"])
      this[name] = find(name)
    this.image = root.querySelector("img")
    this.toggles = { faces: find("faces"), features: find("features") }
    this.onlyCorrecting = root.querySelectorAll(".editing")
  }

  parts() {
    const faces = [...new Set(this.data.parts.map(part => part.face))]
    const now = this.data.parts.map(part => {
      const names = namesOf(part.part, faces.length > 1 ? faces.indexOf(part.face) + 1 : 0)
      return { ...part, ...names, ...this.changeOf(part) }
    })
    const gone = now.filter(part => part.part === "face" && !part.box).map(part => part.face)
    return now.filter(part => !gone.includes(part.face))
  }

  changeOf(part) {
    const id = idOf(part)
    const change = this.pending.get(id)
    const told = change ? { source: "corrected just now", is_estimated: false } : {}
    const box = this.drag?.id === id ? this.drag.box : change ? change.box : part.box
    return { ...told, box }
  }

  shown() {
    const names = { part: "face", name: "new face", short: "New face", source: "drawn just now" }
    const added = this.added.map(({ number, box }) => ({ face: `new${number}`, box, ...names }))
    const isShown = part => this.shows[part.part === "face" ? "faces" : "features"]
    return [...this.parts(), ...added].filter(part => part.box && isShown(part))
  }

  draw() {
    const shown = this.shown()
    const kept = new Set(shown.map(idOf))
    const had = focused()
    for (const [id, node] of this.nodes) if (!kept.has(id)) this.nodes.delete(id) && node.remove()
    shown.forEach((part, i) => {
      const node = this.nodeOf(part)
      if (this.layer.children[i] !== node) this.layer.insertBefore(node, this.layer.children[i])
    })
    if (this.layer.contains(had)) had.focus({ preventScroll: true })
    this.drawTentative()
    this.drawBar()
    this.tell(focused()?.closest(".box"))
  }

  nodeOf(part) {
    const id = idOf(part)
    if (!this.nodes.has(id)) this.nodes.set(id, this.makeNode())
    const node = this.nodes.get(id)
    const [x, y, width, height] = part.box.map(Math.round)
    node.shown = part
    node.told = `${capital(part.name)}: ${part.source}; ${width} × ${height} px at ${x}, ${y}`
    node.className = `box ${part.part.split(" ").pop()}`
    node.classList.toggle("estimated", Boolean(part.is_estimated))
    node.setAttribute("role", this.isCorrecting ? "button" : "img")
    node.setAttribute("aria-label", node.told)
    node.querySelector(".tag").textContent = part.short
    this.fit(node, part.box)
    return node
  }

  makeNode() {
    const node = element("div", "box")
    node.tabIndex = 0
    node.append(element("span", "tag"))
    for (const corner of ["n w", "n e", "s w", "s e"])
      node.append(element("span", `handle ${corner}`))
    return node
  }

  fit(node, box) {
    const [width, height] = this.size
    const share = (value, whole) => `${(100 * value) / whole}%`
    node.style.left = share(box[0], width)
    node.style.top = share(box[1], height)
    node.style.width = share(box[2], width)
    node.style.height = share(box[3], height)
    node.classList.toggle("high", box[1] / height < 0.04)
  }

  drawTentative() {
    this.ghost?.remove()
    if (!this.tentative) return
    this.ghost = element("div", "box tentative")
    this.fit(this.ghost, this.tentative)
    this.layer.append(this.ghost)
  }

  drawBar() {
    for (const [name, button] of Object.entries(this.toggles))
      button.setAttribute("aria-pressed", String(this.shows[name]))
    this.correct.hidden = !this.data.editable
    this.correct.textContent = this.isCorrecting ? "Done" : "Correct boxes"
    this.correct.setAttribute("aria-pressed", String(this.isCorrecting))
    for (const each of this.onlyCorrecting) each.hidden = !this.isCorrecting
    this.stage.classList.toggle("correcting", this.isCorrecting)
    this.stage.classList.toggle("drawing", Boolean(this.drawing))
    this.offerMissing()
  }

  offerMissing() {
    const missing = this.parts().filter(part => !part.box)
    const named = missing.map(part => [idOf(part), capital(part.name)])
    const options = [["", "Draw a part …"], ...named, ["new", "Another face"]]
    const wanted = JSON.stringify(options)
    if (this.offered !== wanted) {
      this.offered = wanted
      this.missing.replaceChildren(...options.map(([value, text]) => new Option(text, value)))
    }
    if (!this.drawing) this.missing.value = ""
  }

  tell(node) {
    const how = this.tentative ? PLACING : BEGINNING
    const otherwise = this.isCorrecting ? CORRECTING : LOOKING
    const told = this.drawing ? `${capital(this.drawing.name)}. ${how}` : (node?.told ?? otherwise)
    if (this.told.textContent !== told) this.told.textContent = told
  }
}
