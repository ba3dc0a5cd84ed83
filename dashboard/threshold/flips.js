// Images whose call changes between the starting threshold and the slider's: the numbers from the
// counts, the pictures from a pool that came with the page. What is not in it is said to be missing.
const MAX_PICTURES = [24, 12] // of genuine images, of fakes

class Flips {
  constructor(root, open) {
    this.part = root.querySelector(".flips")
    this.words = root.querySelector(".flip-words")
    this.note = root.querySelector(".flip-note")
    this.list = root.querySelector(".flip-pictures")
    this.all = root.querySelector(".flip-all")
    this.open = open
    this.all.onclick = () => open(this.range)
  }

  draw(pictures) {
    const known = new Map(pictures.map(each => [each.id, each]))
    const ordered = [...known.values()].sort((a, b) => a.isFake - b.isFake) // genuine first
    this.pictures = ordered.map(each => ({ ...each, node: this.picture(each) }))
    this.list.replaceChildren(...this.pictures.map(each => each.node))
  }

  picture({ id, source, name, score, isFake }) {
    const node = element("li", isFake ? "flip" : "flip genuine-flip")
    const button = element("button", "")
    const image = element("img", "")
    image.src = source
    image.alt = `${isFake ? "Fake" : "Genuine"}: ${name}`
    button.append(image)
    button.title = `${name}, score ${score}: open it`
    button.onclick = () => this.open({ image: id })
    node.append(button, element("b", "", isFake ? "fake" : "genuine"))
    node.append(element("small", ""))
    node.hidden = true
    return node
  }

  show(shown, steps, start, step) {
    const [low, high] = start < step ? [start, step] : [step, start]
    const nGenuine = shown.falseFake[low] - shown.falseFake[high]
    const nFake = shown.falseGenuine[high] - shown.falseGenuine[low]
    this.tell(nGenuine, nFake, step < start, step === start)
    this.range = rangeOf(steps, low, high)
    const n = this.showPictures(steps[low], steps[high])
    const all = nGenuine + nFake
    this.all.hidden = all === 0
    say(this.all, all === 1 ? "Open it" : `Open all ${whole(all)}`)
    say(this.note, n < all ? `showing ${n} of ${whole(all)}` : "")
  }

  tell(nGenuine, nFake, isLower, isSame) {
    const genuine = isLower ? "newly called fake" : "no longer called fake"
    const fake = isLower ? "newly caught" : "newly missed"
    const told = `${counted(nGenuine, "genuine image")} ${genuine}, ${counted(nFake, "fake")} ${fake}.`
    say(this.words, isSame ? "Nothing flips: the slider stands where it started." : told)
    this.part.classList.toggle("is-costly", isLower && nGenuine > 0)
    this.list.classList.toggle("is-lower", isLower)
  }

  /** Show the flipped ones that are here, genuine ones first as they came; return how many. */
  showPictures(from, to) {
    const n = [0, 0]
    const finer = shownThreshold(from).length > shownThreshold(to).length ? from : to
    for (const { score, isFake, node } of this.pictures) {
      const label = Number(isFake)
      const isShown = score >= from && score < to && n[label] < MAX_PICTURES[label]
      if (node.hidden === isShown) node.hidden = !isShown
      if (isShown) say(node.lastChild, shownScore(score, finer))
      n[label] += Number(isShown)
    }
    return n[0] + n[1]
  }
}
