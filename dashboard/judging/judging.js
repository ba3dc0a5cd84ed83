// Runs again on every change of data; what a person does lives in a Judge by mounted instance.
const desks = new WeakMap()

class Judge extends Desk {
  constructor(root) {
    super(root)
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

  update(component) {
    super.update(component)
    window.addEventListener("keydown", this.onKey, true)
  }

  leave() {
    this.queue.stop()
    clearTimeout(this.asking)
    window.removeEventListener("keydown", this.onKey, true)
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
    if (!card.verdicts.includes(verdict)) return this.tell(this.data.verdicts.find(({ value }) => value === verdict).unfit)
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
  if (!desks.has(root)) desks.set(root, new Judge(root))
  const desk = desks.get(root)
  desk.update(component)
  return () => desk.leave()
}
