// What stands beside the picture. All text is put in as text.
const keycap = key => element("kbd", "", key)

const drawFacts = (place, facts) =>
  place.replaceChildren(
    ...facts.flatMap(([name, value]) => [element("dt", "", name), element("dd", "", value)]),
  )

const drawScore = (place, { score, threshold, call }) => {
  place.hidden = score === null
  if (score === null) return
  const told = `score ${shownScore(score, threshold ?? undefined)}`
  place.querySelector(".fill").style.width = `${score * 100}%`
  const tick = place.querySelector(".tick")
  tick.hidden = threshold === null
  tick.style.left = `${(threshold ?? 0) * 100}%`
  const at = threshold === null ? "" : ` · threshold ${shownThreshold(threshold)}`
  place.querySelector("b").textContent = told + at
  place.setAttribute("aria-label", `Detector: ${call}, ${told}${at}`)
}

/** Draw what somebody said: the name stands out, the rest is text. */
const drawWord = ({ who, text }) => {
  const drawn = element("div", "word")
  drawn.append(element("b", "", who), `: ${text}`)
  return drawn
}

const drawVerdicts = (place, verdicts, own, onChoose) =>
  place.replaceChildren(
    ...verdicts.map(verdict => {
      const button = element("button", "")
      button.type = "button"
      button.setAttribute("aria-pressed", String(verdict.value === own))
      const words = element("div", "", verdict.title)
      words.append(element("span", "", verdict.meaning))
      button.append(keycap(verdict.key.toUpperCase()), words)
      button.onclick = () => onChoose(verdict.value)
      return button
    }),
  )

const drawOthers = (place, acts) =>
  place.replaceChildren(
    ...acts.map(([key, title, act]) => {
      const button = element("button", "")
      button.type = "button"
      button.append(keycap(key), ` ${title}`)
      button.onclick = act
      return button
    }),
  )

const drawKeys = (dialog, rows) =>
  dialog
    .querySelector("dl")
    .replaceChildren(
      ...rows.flatMap(([key, meaning]) => [element("dt", "", key), element("dd", "", meaning)]),
    )

const drawRefusals = (place, refusals, onSeen) =>
  place.replaceChildren(
    ...refusals.map(refusal => {
      const drawn = element("div", "refusal")
      const button = element("button", "", "Seen")
      button.type = "button"
      button.onclick = () => onSeen(refusal.id)
      drawn.append(element("span", "", refusal.text), button)
      return drawn
    }),
  )

const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

/** Say how fast somebody judges and how long the rest will take; pauses do not count. */
const paceOf = (times, left) => {
  const gaps = times.slice(1).map((time, i) => time - times[i])
  const recent = gaps.filter(gap => gap < 120_000).slice(-20)
  if (recent.length < 3) return ""
  const each_s = median(recent) / 1000
  const rest_min = (left * each_s) / 60
  const rest = rest_min < 1 ? "under a minute" : `about ${Math.round(rest_min)} min`
  return `${each_s.toFixed(1)} s an image` + (left ? ` · ${rest} left` : "")
}
