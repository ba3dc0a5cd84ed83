// What lies on the desk: state told by Python, with what the person did since, and how it is drawn.
const N_PRELOADED = 3
const N_HELD = 40
const STARTLED_MS = 700
const OWN_KEYS = [
  ["S", "Skip for now"],
  ["Z", "Take your newest verdict back; again for the one before"],
  ["N", "Comment"],
  ["← →", "Look back at your own verdicts"],
  ["+  -  0", "Zoom in, zoom out, whole picture; the wheel and dragging work too"],
  ["?", "These keys"],
]

class Desk {
  constructor(root) {
    for (const name of ["desk", "meter", "count", "pace", "until", "keys", "refusals", "work"])
      this[name] = root.querySelector(`.${name}`)
    for (const name of ["stage", "said", "claim", "score", "facts", "opinions", "comments"])
      this[name] = root.querySelector(`.${name}`)
    for (const name of ["verdicts", "others", "told", "finished", "writing", "help"])
      this[name] = root.querySelector(`.${name}`)
    this.queue = new Queue(batch => this.send(batch))
    this.zoom = new Zoom(this.stage, root.querySelector(".zoomed"))
    this.cards = new Map()
    this.images = new Map()
    this.decoded = new WeakSet()
    Object.assign(this, { order: [], times: [], looking: null, seen: new Set(), ready: 0 })
  }

  update({ data, setTriggerValue }) {
    this.data = data
    this.setTriggerValue = setTriggerValue
    this.queue.settle(data.acknowledged)
    for (const card of [...data.back, ...data.cards]) this.cards.set(card.id, card)
    for (const [id, source] of Object.entries(data.sources)) this.hold(Number(id), source)
    this.order = inOrder(this.order, data.cards.map(card => card.id))
    this.desk.setAttribute("aria-label", data.label)
    const keys = data.verdicts.map(({ key, title }) => [key.toUpperCase(), title])
    drawKeys(this.help, [...keys, ...OWN_KEYS])
    this.draw()
    this.askForMissing()
  }

  // Pictures: Python sends those that are not held here.
  hold(id, source) {
    if (this.images.has(id)) return
    const image = new Image()
    image.draggable = false
    image.alt = this.cards.get(id)?.alt ?? ""
    image.src = source
    this.images.set(id, image)
  }

  send(batch) {
    if (!this.desk.isConnected) return
    this.setTriggerValue("batch", { ...batch, held: [...this.images.keys()] })
  }

  /** Ask until all pictures are here: an earlier mount's are not, and an answer may be lost. */
  askForMissing() {
    clearTimeout(this.asking)
    const told = [...this.data.cards, ...this.data.back]
    if (told.every(({ id }) => this.images.has(id)) || !this.desk.isConnected) return
    if (!this.queue.items.length) this.send({ nonce: this.queue.nonce, items: [] })
    this.asking = setTimeout(() => this.askForMissing(), RETRY_MS)
  }

  forget() {
    const kept = new Set([...this.view.ahead, ...this.view.back.map(each => each.id)])
    for (const id of this.images.keys())
      if (this.images.size > N_HELD && !kept.has(id)) this.images.delete(id)
  }

  // What lies before the person
  get at() {
    return this.looking ?? this.view.ahead[0] ?? null
  }

  draw() {
    const before = this.at_drawn
    const back = this.data.back.map(({ id, verdict }) => ({ id, verdict }))
    this.view = replay(this.order, back, this.queue.items)
    if (!this.view.back.some(each => each.id === this.looking)) this.looking = null
    const id = this.at
    const isGone = before && before !== id && !this.isOwnStep
    if (isGone) this.startle(before)
    Object.assign(this, { at_drawn: id, isOwnStep: false })
    this.drawBar()
    const isHeld = id !== null && this.images.has(id)
    this.work.hidden = id === null
    this.finished.hidden = id !== null
    if (id === null) this.drawFinished()
    else this.drawCard(this.cards.get(id), isHeld)
    this.drawRefused()
    this.preload()
    this.forget()
  }

  /** The image changed without a key of the person's: one that comes now is meant for the other. */
  startle(id) {
    this.ready = performance.now() + STARTLED_MS
    const name = this.cards.get(id)?.title ?? "The image"
    if (!this.view.back.some(each => each.id === id))
      this.tell(`${name} was taken off your desk: others have settled it, or your time for it ran out.`)
  }

  /** Decode the next pictures, each once, so that they stand at once when their turn comes. */
  preload() {
    for (const id of this.view.ahead.slice(1, 1 + N_PRELOADED)) {
      const image = this.images.get(id)
      if (image && !this.decoded.has(image)) image.decode().catch(() => {})
      if (image) this.decoded.add(image)
    }
  }

  drawBar() {
    const { mine, left } = this.data.progress
    const change = this.queue.items.reduce(
      (sum, { action }) => sum + (action === "judge") - (action === "undo"),
      0,
    )
    const [done, rest] = [mine + change, Math.max(left - change, 0)]
    const share = done + rest ? done / (done + rest) : 1
    this.meter.firstElementChild.style.width = `${share * 100}%`
    this.meter.setAttribute("aria-valuenow", String(Math.round(share * 100)))
    this.count.textContent = `${done.toLocaleString("en")} of ${(done + rest).toLocaleString("en")} ${this.data.counted}`
    this.pace.textContent = paceOf(this.times, rest)
    this.desk.dataset.done = done
    this.desk.dataset.waiting = this.queue.items.length
  }

  drawCard(card, isHeld) {
    const own = this.view.back.find(each => each.id === card.id && this.looking === card.id)
    if (isHeld) this.zoom.show(this.images.get(card.id))
    this.stage.style.visibility = isHeld ? "" : "hidden"
    this.desk.dataset.item = card.id
    this.said.hidden = !own
    this.said.textContent = own ? `You said: ${own.verdict}` : ""
    this.claim.textContent = card.claim
    this.claim.classList.toggle("costly", card.costly)
    drawScore(this.score, card)
    drawFacts(this.facts, card.facts)
    this.opinions.replaceChildren(...card.opinions.map(drawWord))
    const written = this.queue.items.filter(({ action, item }) => action === "comment" && item === card.id)
    const words = written.map(({ argument }) => ({ who: "You", text: argument }))
    this.comments.replaceChildren(...[...card.comments, ...words].map(drawWord))
    const sensible = this.data.verdicts.filter(({ value }) => card.verdicts.includes(value))
    drawVerdicts(this.verdicts, sensible, own?.verdict, verdict => this.judge(verdict))
    const until = card.until && !own ? new Date(card.until) : null
    const time = until?.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })
    this.until.textContent = until ? `kept for you until ${time}` : ""
  }

  drawFinished() {
    const { title, text } = this.data.finished
    const isLoading = this.queue.items.length > 0
    this.until.textContent = ""
    delete this.desk.dataset.item
    this.finished.replaceChildren(
      element("strong", "", isLoading ? "Fetching the next image" : title),
      element("span", "quiet", isLoading ? "" : text),
    )
  }

  drawRefused() {
    const open = this.data.refusals.filter(each => !this.seen.has(each.id))
    drawRefusals(this.refusals, open, id => {
      this.seen.add(id)
      this.drawRefused()
      this.desk.focus({ preventScroll: true })
    })
  }

  tell(words) {
    this.told.textContent = words
  }
}
