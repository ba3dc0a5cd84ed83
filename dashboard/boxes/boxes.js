// Runs again on every change of data; what the person does lives in a View by mounted instance.
const views = new WeakMap()
const REACH_PX = { mouse: 8, pen: 10, touch: 18 }
const MIN_DRAG_PX = 2
const MIN_DRAWN_PX = 4
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
const CURSORS = {
  ...{ "": "move", n: "ns-resize", s: "ns-resize", w: "ew-resize", e: "ew-resize" },
  ...{ nw: "nwse-resize", se: "nwse-resize", ne: "nesw-resize", sw: "nesw-resize" },
}

class View extends Drawing {
  constructor(root) {
    super(root)
    this.queue = new Queue(batch => this.send(batch))
    for (const [name, button] of Object.entries(this.toggles))
      button.onclick = () => this.toggle(name)
    this.correct.onclick = () => (this.isCorrecting ? this.stop() : this.start())
    this.undo.onclick = () => this.queue.put({ action: "undo" })
    this.missing.onchange = () => this.beginDrawing(this.missing.value)
    this.layer.onpointerdown = event => this.press(event)
    this.layer.onpointermove = event => this.pull(event)
    this.layer.onpointerup = () => this.release()
    this.layer.onpointercancel = () => this.cancel()
    this.layer.onpointerover = event => this.tell(event.target.closest(".box"))
    this.layer.onpointerleave = () => this.tell(focused()?.closest(".box"))
    this.layer.addEventListener("focusin", event => this.tell(event.target.closest(".box")))
    this.onKey = event => this.key(event)
  }

  update({ data, setTriggerValue }) {
    this.data = data
    this.setTriggerValue = setTriggerValue
    this.size = [data.width, data.height]
    this.image.alt = data.alt
    this.stage.setAttribute("aria-label", `Boxes on ${data.alt}`)
    this.stage.style.aspectRatio = `${data.width} / ${data.height}`
    this.stage.style.width = `calc(76vh * ${data.width / data.height})`
    if (data.source) this.source = this.image.src = data.source
    else if (!this.source) this.send({ nonce: this.queue.nonce, items: [] }) // an earlier mount's
    const number = this.queue.settle(data.acknowledged)
    this.added = this.added.filter(item => item.number > number)
    for (const [id, change] of this.pending) if (change.number <= number) this.pending.delete(id)
    this.draw()
    window.addEventListener("keydown", this.onKey, true)
  }

  leave() {
    this.queue.stop()
    window.removeEventListener("keydown", this.onKey, true)
  }

  /** Python sends the picture no more once it is told that it is held here. */
  send(batch) {
    if (this.stage.isConnected) this.setTriggerValue("batch", { ...batch, held: Boolean(this.source) })
  }

  place({ face, part }, box) {
    const number = this.queue.put({ action: box ? "place" : "hide", face, part, box })
    this.pending.set(idOf({ face, part }), { number, box })
    this.draw()
  }

  add(box) {
    this.added.push({ number: this.queue.put({ action: "add", box }), box })
    this.draw()
  }

  toggle(name) {
    this.shows[name] = !this.shows[name]
    this.draw()
  }

  start() {
    this.isCorrecting = true
    this.draw()
    this.stage.focus({ preventScroll: true }) // Tab goes on to the first box
  }

  stop() {
    this.isCorrecting = false
    this.cancel()
  }

  cancel() {
    Object.assign(this, { drag: null, drawing: null, tentative: null })
    this.draw()
  }

  beginDrawing(id) {
    const part = this.parts().find(each => idOf(each) === id)
    this.drawing = id === "new" ? { name: "another face" } : (part ?? null)
    this.tentative = null
    this.draw()
    this.stage.focus({ preventScroll: true })
  }

  // Mouse, pen and finger
  /** Pixels of the original in one of the screen. */
  get scale() {
    return this.size[0] / this.layer.clientWidth
  }

  at(event) {
    const rect = this.layer.getBoundingClientRect()
    return [(event.clientX - rect.left) * this.scale, (event.clientY - rect.top) * this.scale]
  }

  edges(node, { clientX, clientY, pointerType }) {
    return edgesNear(node.getBoundingClientRect(), clientX, clientY, REACH_PX[pointerType] ?? 8)
  }

  press(event) {
    if (!this.isCorrecting || event.button !== 0 || this.drag) return
    event.preventDefault()
    const node = event.target.closest(".box")
    const from = this.at(event)
    if (this.drawing) this.drag = { from, isDrawing: true }
    else if (node && typeof node.shown.face === "number") this.take(node, event, from)
    if (this.drag) this.layer.setPointerCapture(event.pointerId)
  }

  /** Begin to drag a box; all of a face only if it is chosen, else it would go by mistake. */
  take(node, event, from) {
    const edges = this.edges(node, event)
    const isHeld = focused() === node || edges || node.shown.part !== "face"
    node.focus({ preventScroll: true })
    const { box } = node.shown
    if (isHeld) this.drag = { id: idOf(node.shown), node, edges, from, start: box, box }
  }

  pull(event) {
    const { drag } = this
    if (!drag) return this.showCursor(event)
    const to = this.at(event)
    if (drag.isDrawing) {
      this.tentative = spanned(drag.from, to, this.size)
      return this.drawTentative()
    }
    const [dx, dy] = [to[0] - drag.from[0], to[1] - drag.from[1]]
    if (!drag.isMoved && Math.hypot(dx, dy) < MIN_DRAG_PX * this.scale) return
    drag.isMoved = true
    drag.box = drag.edges
      ? resized(drag.start, drag.edges, dx, dy, this.size)
      : moved(drag.start, dx, dy, this.size)
    this.fit(drag.node, drag.box)
  }

  showCursor(event) {
    const node = event.target.closest(".box")
    if (node) node.style.cursor = this.isCorrecting ? CURSORS[this.edges(node, event)] : ""
  }

  release() {
    const { drag, drawing, tentative } = this
    this.drag = null
    if (drag && !drag.isDrawing && !isSame(drag.box, drag.start)) this.place(drag.node.shown, drag.box)
    if (!drag?.isDrawing) return
    const isBox = tentative && Math.min(tentative[2], tentative[3]) >= MIN_DRAWN_PX * this.scale
    this.tentative = null
    this.drawTentative()
    if (isBox) this.store(drawing, tentative)
  }

  store(drawing, box) {
    Object.assign(this, { drawing: null, tentative: null })
    if (drawing.part) this.place(drawing, box)
    else this.add(box)
    this.nodes.get(idOf(drawing))?.focus({ preventScroll: true })
  }

  // Keys: ours come before the page's while boxes are corrected.
  key(event) {
    if (!this.isCorrecting || isBusyElsewhere() || event.isComposing || event.altKey) return
    const isUndo = event.key.toLowerCase() === "z"
    if ((event.ctrlKey || event.metaKey) && !isUndo) return
    if (isUndo) this.queue.put({ action: "undo" })
    else if (!this.answer(event)) return
    event.preventDefault()
    event.stopImmediatePropagation()
  }

  /** Do what a key asks for and say whether it was one of ours. */
  answer({ key, shiftKey }) {
    const step = STEPS[key]
    if (key === "Escape" && (this.drag || this.drawing)) this.cancel()
    else if (key === "Escape") this.stop()
    else if (this.drawing) return this.answerDrawing(key, step, shiftKey)
    else if (step) this.nudge(step, shiftKey)
    else if (key === "Delete" || key === "Backspace") this.hide()
    else return key === "Enter" && Boolean(this.active())
    return true
  }

  answerDrawing(key, step, isResize) {
    if (key === "Enter" && focused()?.closest("button")) return false
    if (key === "Enter" && this.tentative) this.store(this.drawing, this.tentative)
    else if (key === "Enter") this.tentative = this.firstBox()
    else if (step && this.tentative) this.tentative = this.stepped(this.tentative, step, isResize)
    else return Boolean(step)
    this.drawTentative()
    this.tell(null)
    return true
  }

  firstBox() {
    const own = this.parts().find(part => part.part === "face" && part.face === this.drawing.face)
    if (own) return centred(own.box, 0.25, this.size)
    const side = Math.min(...this.size)
    const [x, y] = this.size.map(length => (length - side) / 2)
    return centred([x, y, side, side], 0.4, this.size)
  }

  active() {
    const node = focused()?.closest(".box")
    return this.layer.contains(node) && typeof node.shown?.face === "number" ? node : null
  }

  /** One pixel of the original, or of the screen where the original has more. */
  stepped(box, [x, y], isResize) {
    const step = Math.max(1, Math.round(this.scale))
    return isResize
      ? resized(box, "se", x * step, y * step, this.size)
      : moved(box, x * step, y * step, this.size)
  }

  nudge(step, isResize) {
    const node = this.active()
    if (!node || this.drag) return
    const box = this.stepped(node.shown.box, step, isResize)
    if (!isSame(box, node.shown.box)) this.place(node.shown, box)
  }

  hide() {
    const node = this.active()
    if (!node || this.drag) return
    const next = node.nextElementSibling ?? node.previousElementSibling
    next?.focus({ preventScroll: true })
    this.place(node.shown, null)
  }
}

export default function (component) {
  const root = component.parentElement
  if (!views.has(root)) views.set(root, new View(root))
  const view = views.get(root)
  view.update(component)
  return () => view.leave()
}
