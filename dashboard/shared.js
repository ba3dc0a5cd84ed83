// What the scripts of all components begin with.
const focused = () => {
  let deepest = document.activeElement
  while (deepest?.shadowRoot?.activeElement) deepest = deepest.shadowRoot.activeElement
  return deepest
}
const isBusyElsewhere = () =>
  focused()?.closest("input, textarea, select, [contenteditable=true], [role=combobox]") ||
  document.querySelector("[role=dialog], [aria-modal=true]")

const element = (tag, className, text) => {
  const made = document.createElement(tag)
  made.className = className
  if (text !== undefined) made.textContent = text
  return made
}

/** Three decimals, or as many more as the threshold has. */
const shownThreshold = value => {
  const [ones, decimals] = value.toFixed(7).split(".")
  return `${ones}.${decimals.replace(/0+$/, "").padEnd(3, "0")}`
}

/** A score, cut off and not rounded: what is below the threshold is not shown as reaching it. */
const shownScore = (value, threshold = 0.5) => {
  const [ones, decimals] = value.toFixed(12).split(".")
  return `${ones}.${decimals.slice(0, shownThreshold(threshold).split(".")[1].length)}`
}
