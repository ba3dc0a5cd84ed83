// One picture that is enlarged and moved. `x` and `y` say how far, in widths and heights of its frame.
const MAX_SCALE = 16
const ZOOM_STEP = 1.5

class Zoom {
  constructor(stage, told) {
    this.stage = stage
    this.told = told
    this.image = stage.querySelector("img")
    stage.addEventListener("wheel", event => this.wheel(event), { passive: false })
    stage.onpointerdown = event => this.press(event)
    stage.onpointermove = event => this.pull(event)
    stage.onpointerup = stage.onpointercancel = () => (this.drag = null)
    stage.ondblclick = event => (this.scale > 1 ? this.reset() : this.zoom(4, ...this.at(event)))
    this.reset()
  }

  /** Show a picture, whole. */
  show(image) {
    if (image === this.image) return
    this.image.replaceWith(image)
    this.image = image
    this.reset()
  }

  reset() {
    Object.assign(this, { scale: 1, x: 0, y: 0, drag: null })
    this.draw()
  }

  zoom(factor, x = 0.5, y = 0.5) {
    const scale = Math.min(Math.max(this.scale * factor, 1), MAX_SCALE)
    const grown = scale / this.scale
    this.scale = scale
    this.moveTo(x - (x - this.x) * grown, y - (y - this.y) * grown)
  }

  moveTo(x, y) {
    const least = 1 - this.scale
    this.x = Math.min(Math.max(x, least), 0)
    this.y = Math.min(Math.max(y, least), 0)
    this.draw()
  }

  draw() {
    this.image.style.transform = `translate(${this.x * 100}%, ${this.y * 100}%) scale(${this.scale})`
    this.image.classList.toggle("near", this.scale >= 4)
    this.told.textContent = `${Math.round(this.scale * 100)} %`
    this.told.hidden = this.scale === 1
  }

  at({ clientX, clientY }) {
    const frame = this.stage.getBoundingClientRect()
    return [(clientX - frame.left) / frame.width, (clientY - frame.top) / frame.height]
  }

  wheel(event) {
    if (this.scale === 1 && event.deltaY > 0) return // the page scrolls on
    event.preventDefault()
    this.zoom(Math.exp(-Math.max(Math.min(event.deltaY, 100), -100) / 250), ...this.at(event))
  }

  press(event) {
    if (event.button !== 0) return
    this.stage.setPointerCapture(event.pointerId)
    this.drag = { from: this.at(event), start: [this.x, this.y] }
  }

  pull(event) {
    if (!this.drag) return
    const [x, y] = this.at(event)
    const { from, start } = this.drag
    this.moveTo(start[0] + x - from[0], start[1] + y - from[1])
  }
}
