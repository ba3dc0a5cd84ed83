// The figures at the slider's step, and the words for the uncertain band.
class Figures {
  constructor(root) {
    this.find = selector => root.querySelector(selector)
    this.cells = [...root.querySelectorAll("[data-cell]")]
  }

  show(shown, step) {
    const cells = cellsAt(shown, step)
    const [, falseFake, falseGenuine, trueFake] = cells
    for (const button of this.cells) {
      const at = Number(button.dataset.cell)
      button.firstChild.textContent = whole(cells[at])
      button.lastChild.textContent = percent(share(cells[at], at < 2 ? shown.nGenuine : shown.nFake))
    }
    this.showRate("fpr", falseFake, shown.nGenuine, "genuine called fake")
    this.showRate("miss", falseGenuine, shown.nFake, "fakes missed")
    this.showRate("tpr", trueFake, shown.nFake, "fakes caught")
    this.showRate("precision", trueFake, trueFake + falseFake, "called fake are fake")
  }

  showRate(name, part, n, words) {
    this.find(`[data-rate=${name}]`).textContent = percent(share(part, n))
    this.find(`[data-interval=${name}]`).textContent = interval(wilson(part, n))
    this.find(`[data-of=${name}]`).textContent = `${whole(part)} of ${whole(n)} ${words}`
  }

  /** `least` is the step of lowest cost, or null. */
  showCosts(shown, step, weights, least) {
    this.find("[data-rate=cost]").textContent = money(costAt(shown, weights, step))
    this.find("[data-of=cost]").textContent = `${percent(weights.prevalence)} of them fake`
    this.find("[data-of=least]").textContent =
      least === null ? "" : `${money(costAt(shown, weights, least))} at lowest cost`
    this.find(".cost-words").textContent =
      "The unit is yours: money, or minutes of work. The share of fakes is that of the images to be " +
      `checked, not of this dataset: ${whole(Math.round(1000 * weights.prevalence))} of 1,000.`
  }
}

const bandWords = (shown, [low, high]) => {
  const held = bandOf(shown, low, high)
  const n = held.genuine + held.fake
  const all = shown.nGenuine + shown.nFake
  return (
    `${counted(n, "image")} of ${whole(all)} (${percent(share(n, all))}) uncertain: ` +
    `${whole(held.genuine)} genuine, ${whole(held.fake)} fake. Outside the band ` +
    `${percent(share(held.falseFake, held.nGenuine))} of the genuine images are called fake ` +
    `(${whole(held.falseFake)} of ${whole(held.nGenuine)}) and ` +
    `${percent(share(held.falseGenuine, held.nFake))} of the fakes missed ` +
    `(${whole(held.falseGenuine)} of ${whole(held.nFake)}).`
  )
}
