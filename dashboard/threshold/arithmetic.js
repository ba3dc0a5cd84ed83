// What follows from counts; nothing here touches the page. The rules are those of
// core/evaluation/operating_points.py, which says what is rounded and which of equals is taken.
const Z = 1.959963984540054 // 95 % of a normal distribution lie within

const share = (part, whole) => (whole ? part / whole : NaN)
const fprAt = (counts, step) => share(counts.falseFake[step], counts.nGenuine)
const missAt = (counts, step) => share(counts.falseGenuine[step], counts.nFake)

/** True genuine, false fake, false genuine, true fake. */
const cellsAt = ({ falseFake, falseGenuine, nGenuine, nFake }, step) => [
  nGenuine - falseFake[step],
  falseFake[step],
  falseGenuine[step],
  nFake - falseGenuine[step],
]

/** Wilson's interval of a proportion, or null of nothing. */
const wilson = (part, whole) => {
  if (!whole) return null
  const p = part / whole
  const scale = 1 + (Z * Z) / whole
  const middle = p + (Z * Z) / (2 * whole)
  const reach = Z * Math.sqrt((p * (1 - p)) / whole + (Z * Z) / (4 * whole * whole))
  return [Math.max(0, (middle - reach) / scale), Math.min(1, (middle + reach) / scale)]
}

/** Expected cost of 1,000 images. */
const costAt = (counts, { genuine_called_fake, missed_fake, prevalence }, step) =>
  1000 *
  ((1 - prevalence) * genuine_called_fake * fprAt(counts, step) +
    prevalence * missed_fake * missAt(counts, step))

const eachStep = (counts, figure) => Array.from(counts.falseFake, (_, step) => figure(step))

const firstAtMost = (counts, most) => {
  const step = counts.nGenuine ? counts.falseFake.findIndex(n => n / counts.nGenuine <= most) : -1
  return step < 0 ? null : step
}

const lastLeast = values => {
  if (!values.length || values.some(Number.isNaN)) return null
  const least = Math.min(...values)
  return values.findLastIndex(value => value <= least + 1e-12 * (1 + Math.abs(least)))
}

const RULES = {
  "fpr-1": counts => firstAtMost(counts, 0.01),
  "fpr-5": counts => firstAtMost(counts, 0.05),
  "minimum-cost": (counts, costs) =>
    lastLeast(eachStep(counts, step => costAt(counts, costs, step))),
  eer: counts =>
    lastLeast(eachStep(counts, step => Math.abs(fprAt(counts, step) - missAt(counts, step)))),
  youden: counts => lastLeast(eachStep(counts, step => fprAt(counts, step) + missAt(counts, step))),
}

/** What lies from step `low` to below step `high`, and the errors among the rest. */
const bandOf = (counts, low, high) => {
  const genuine = counts.falseFake[low] - counts.falseFake[high]
  const fake = counts.falseGenuine[high] - counts.falseGenuine[low]
  return {
    genuine,
    fake,
    falseFake: counts.falseFake[high],
    falseGenuine: counts.falseGenuine[low],
    nGenuine: counts.nGenuine - genuine,
    nFake: counts.nFake - fake,
  }
}

/** The step nearest to a threshold. */
const stepOf = (steps, value) => {
  let [low, high] = [0, steps.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (steps[middle] < value) low = middle + 1
    else high = middle
  }
  return low > 0 && value - steps[low - 1] < steps[low] - value ? low - 1 : low
}

/** What a door opens for the scores from one step to below another; one to 1 would show 1 too. */
const rangeOf = (steps, low, high) => ({
  from: steps[low],
  to: steps[high] < 1 ? steps[high] : 0.999999999,
})

// Words
/**
 * A share in percent; 0.0 and 100.0 only where it is that, as `core.rounding` writes it. It is
 * rounded before it is multiplied: 100 times a share may lie half way where the share does not.
 */
const inPercent = (value, nDecimals = 1) => {
  const shown = (100 * Number(value.toFixed(nDecimals + 2))).toFixed(nDecimals)
  const isTakenToAnEnd = value > 1e-9 && value < 1 - 1e-9 && [0, 100].includes(Number(shown))
  return isTakenToAnEnd ? inPercent(value, nDecimals + 1) : shown
}
const percent = value => (Number.isNaN(value) ? "none" : `${inPercent(value)}\u00a0%`)
const WHOLE = new Intl.NumberFormat("en") // made once: making one takes longer than a step may
const whole = n => WHOLE.format(n)
const counted = (n, one, many = `${one}s`) => `${whole(n)} ${n === 1 ? one : many}`
const interval = range =>
  range ? `95\u00a0%: ${inPercent(range[0])} to ${percent(range[1])}` : "no interval"
const money = value => {
  if (Number.isNaN(value)) return "none"
  return value < 1000 ? value.toFixed(value < 10 ? 2 : 1) : whole(Math.round(value))
}
