// The figures at the slider's step, and the words for the uncertain band.
class Figures {
  constructor(root) {
    this.cells = [...root.querySelectorAll("[data-cell]")].map(each => [each.firstChild, each.lastChild])
    const named = kind => name => root.querySelector(`[data-${kind}=${name}]`)
    const nodes = name => ["rate", "interval", "of"].map(kind => named(kind)(name))
    this.rates = Object.fromEntries(["fpr", "miss", "tpr", "precision", "cost"].map(n => [n, nodes(n)]))
    this.least = named("of")("least")
    this.words = root.querySelector(".cost-words")
  }

  show(shown, step) {
    const cells = cellsAt(shown, step)
    const [, falseFake, falseGenuine, trueFake] = cells
    this.cells.forEach(([count, part], at) => {
      say(count, whole(cells[at]))
      say(part, percent(share(cells[at], at < 2 ? shown.nGenuine : shown.nFake)))
    })
    this.showRate("fpr", falseFake, shown.nGenuine, "genuine called fake")
    this.showRate("miss", falseGenuine, shown.nFake, "fakes missed")
    this.showRate("tpr", trueFake, shown.nFake, "fakes caught")
    this.showRate("precision", trueFake, trueFake + falseFake, "called fake are fake")
  }

  showRate(name, part, n, words) {
    const [rate, range, of] = this.rates[name]
    say(rate, percent(share(part, n)))
    say(range, interval(wilson(part, n)))
    say(of, `${whole(part)} of ${whole(n)} ${words}`)
  }

  /** `least` is the step of lowest cost, or null. */
  showCosts(shown, step, weights, least) {
    const [cost, , of] = this.rates.cost
    say(cost, money(costAt(shown, weights, step)))
    say(of, `${percent(weights.prevalence)} of them fake`)
    const atLeast = least === null ? "" : money(costAt(shown, weights, least))
    say(this.least, atLeast && `${atLeast} by the rule of lowest cost`)
    const fakes = whole(Math.round(1000 * weights.prevalence))
    say(
      this.words,
      "The unit is yours: money, or minutes of work. The share of fakes is that of the images to be " +
        `checked, not of this dataset: ${fakes} of 1,000.`,
    )
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

/** What the threshold does on validation, which the rules go by. */
const ruleWords = (chosenOn, step) => {
  const { falseFake, falseGenuine, nGenuine, nFake } = chosenOn
  if (!nGenuine || !nFake)
    return (
      "Rules are chosen on validation images, of which this run has scores of " +
      `${whole(nGenuine)} genuine and ${whole(nFake)} fake ones.`
    )
  return (
    `On validation, which the rules go by: ${whole(falseFake[step])} of ${whole(nGenuine)} genuine ` +
    `called fake, ${whole(falseGenuine[step])} of ${whole(nFake)} fakes missed.`
  )
}
