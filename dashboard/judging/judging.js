// Runs again on every change of data; what a person does lives in a Desk by mounted instance.
const desks = new WeakMap()
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
    Object.assign(this, { order: [], times: [], looking: null, seen: new Set(), ready: 0 })
    this.keys.onclick = () => this.help.showModal()
    this.writing.querySelector("form").onsubmit = () => this.comment()
    this.writing.querySelector("textarea").onkeydown = event => this.writeKey(event)
    for (const dialog of [this.writing, this.help])
      dialog.onclose = () => this.desk.focus({ preventScroll: true })
    drawOthers(this.others, [
      ["S", "Skip", () => this.skip()],
      ["Z", "Undo", () => this.undo()],
      ["N", "Comment", () => this.write()],
    ])
    this.onKey = event => this.key(event)
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
    window.addEventListener("keydown", this.onKey, true)
  }

  leave() {
    this.queue.stop()
    window.removeEventListener("keydown", this.onKey, true)
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

  /** Ask once more: what an earlier mount held is not held here. */
  askForMissing() {
    const told = [...this.data.cards, ...this.data.back]
    if (told.every(({ id }) => this.images.has(id)) || this.queue.items.length) return
    this.send({ nonce: this.queue.nonce, items: [] })
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

  preload() {
    for (const id of this.view.ahead.slice(1, 1 + N_PRELOADED)) this.images.get(id)?.decode().catch(() => {})
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
    const time = until?.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
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

  // What the person does
  put(action, item, argument = null) {
    this.isOwnStep = true
    this.tell("")
    this.queue.put({ action, item, argument })
    this.draw()
  }

  judge(verdict) {
    const id = this.at
    if (id === null || !this.images.has(id)) return this.tell("No image yet: that key counts for none.")
    if (performance.now() < this.ready) return
    const card = this.cards.get(id)
    if (!card.verdicts.includes(verdict)) return this.tell(`"${verdict}" makes no sense of this image.`)
    if (this.looking !== null) return this.tell("This one is judged. → leads back to where you were.")
    this.times.push(performance.now())
    this.put("judge", id, verdict)
  }

  skip() {
    if (this.looking !== null) return this.look(this.view.back.length)
    if (this.view.ahead.length < 2) return this.tell("There is no other image to go on with.")
    const [id] = this.view.ahead
    this.order = [...without(this.order, id), id]
    this.put("skip", id)
  }

  undo() {
    const id = this.view.back.at(-1)?.id
    if (id === undefined) return this.tell("There is no verdict of yours here to take back.")
    if (this.looking !== null && this.looking !== id)
      return this.tell("Only your newest verdict can be taken back: → leads there, then one by one.")
    this.looking = null
    this.order = [id, ...without(this.order, id)]
    this.times.pop()
    this.put("undo", id)
    this.tell("Taken back: judge it again, or skip it.")
  }

  step(by) {
    const { back } = this.view
    const now = this.looking === null ? back.length : back.findIndex(each => each.id === this.looking)
    this.look(Math.max(now + by, 0))
  }

  look(at) {
    this.looking = this.view.back[at]?.id ?? null
    this.isOwnStep = true
    this.tell(this.looking === null ? "" : "Your own verdict. Z takes your newest one back.")
    this.draw()
  }

  write() {
    if (this.at === null) return
    const field = this.writing.querySelector("textarea")
    this.writing.querySelector(".about").textContent = `Comment on ${this.cards.get(this.at).title}`
    field.value = ""
    this.commented = this.at
    this.writing.showModal()
    field.focus()
  }

  writeKey(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return
    event.preventDefault()
    this.writing.querySelector("form").requestSubmit()
  }

  comment() {
    const text = this.writing.querySelector("textarea").value.trim()
    if (text) this.put("comment", this.commented, text)
  }

  // Keys: ours come before the page's.
  key(event) {
    if (this.help.open && event.key === "?") this.help.close()
    else if (this.help.open || this.writing.open || isBusyElsewhere() || event.isComposing) return
    else {
      const isChord = event.ctrlKey || event.metaKey || event.altKey
      if (isChord && !event.getModifierState("AltGraph")) return
      const act = this.actOf(event.key.length === 1 ? event.key.toLowerCase() : event.key)
      if (!act) return
      if (!event.repeat) act()
    }
    event.preventDefault()
    event.stopImmediatePropagation()
  }

  actOf(key) {
    const verdict = this.data.verdicts.find(each => each.key === key)
    if (verdict) return () => this.judge(verdict.value)
    return {
      s: () => this.skip(),
      z: () => this.undo(),
      n: () => this.write(),
      "?": () => this.help.showModal(),
      ArrowLeft: () => this.step(-1),
      ArrowRight: () => this.step(1),
      "+": () => this.zoom.zoom(ZOOM_STEP),
      "=": () => this.zoom.zoom(ZOOM_STEP),
      "-": () => this.zoom.zoom(1 / ZOOM_STEP),
      0: () => this.zoom.reset(),
    }[key]
  }
}

export default function (component) {
  const root = component.parentElement
  if (!desks.has(root)) desks.set(root, new Desk(root))
  const desk = desks.get(root)
  desk.update(component)
  return () => desk.leave()
}
