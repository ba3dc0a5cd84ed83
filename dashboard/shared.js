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
