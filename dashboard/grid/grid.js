// Runs again on every change of data: what the person selected and pressed lives here, by mounted
// instance. `queue` holds the acts that Python has not acknowledged, `labels` what they make of
// cells, `nodes` the drawn cells.
const memory = new WeakMap()
const RETRY_MS = 1500
const MAX_ITEMS = 1000

const remember = root => {
  if (!memory.has(root))
    memory.set(root, {
      selected: new Set(),
      anchor: 0,
      focus: 0,
      ids: [],
      nonce: String(crypto.getRandomValues(new Uint32Array(2)).join("-")),
      number: 0,
      sent: 0,
      own: false,
      queue: [],
      labels: new Map(),
      nodes: new Map(),
    })
  return memory.get(root)
}

const ACTS = {
  g: "genuine",
  f: "fake",
  x: "unknown",
  e: "exclude",
  u: "undo",
  "[": "previous",
  "]": "next",
  PageUp: "previous",
  PageDown: "next",
}
const LABELS = ["genuine", "fake", "unknown"]
const TURNS = ["previous", "next"]
const ABOUT_IMAGES = [...LABELS, "exclude"]
const KEYS = [
  ["G", "Label genuine"],
  ["F", "Label fake"],
  ["X", "Label unknown"],
  ["T", "Put a tag"],
  ["E", "Exclude, or include again"],
  ["U", "Undo your last label, tag or exclusion"],
  ["Arrows", "Move"],
  ["Space", "Select or deselect"],
  ["Shift + arrows", "Select a range"],
  ["Ctrl + A", "Select all on this page"],
  ["Esc", "Select none"],
  ["Enter", "Open"],
  ["[   or   Page up", "Previous page"],
  ["]   or   Page down", "Next page"],
  ["?", "These keys"],
]

const drawPicture = cell => {
  const frame = element("div", cell.images.length > 1 ? "frame pair" : "frame")
  for (const source of cell.images) {
    const image = element("img", "")
    image.src = source
    image.alt = cell.alt
    image.draggable = false
    frame.append(image)
  }
  return frame
}

const drawCell = (cell, selectable) => {
  const drawn = element("div", cell.dimmed ? "cell dimmed" : "cell")
  drawn.setAttribute("role", selectable ? "option" : "button")
  drawn.setAttribute("aria-label", [cell.alt, ...cell.badges.map(b => b.text)].join(", "))
  const frame = drawPicture(cell)
  if (selectable) frame.append(element("span", "tick", "\u2713"))
  const title = element("div", "title", cell.title)
  title.title = cell.title
  const badges = element("div", "badges")
  for (const badge of cell.badges) badges.append(element("span", `badge ${badge.tone}`, badge.text))
  drawn.append(frame, title, badges)
  return drawn
}

const drawHelp = help => {
  const rows = KEYS.map(([key, meaning]) => {
    const row = element("div", "row")
    row.append(element("dt", "", key), element("dd", "", meaning))
    return row
  })
  help.querySelector("dl").replaceChildren(...rows)
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid")
  const state = remember(parentElement)
  const { cells, selectable } = data
  const ids = cells.map(cell => cell.id)
  const tagging = parentElement.querySelector(".tagging")
  const help = parentElement.querySelector(".help")

  const { nonce, number } = data.acknowledged
  if (nonce === state.nonce) {
    state.queue = state.queue.filter(item => item.number > number)
    for (const [id, label] of state.labels) if (label.number <= number) state.labels.delete(id)
  }
  if (!data.allSelected) state.own = false
  const isAll = () => data.allSelected > 0 && !state.own // a selection by hand ends it at once
  const withLabel = cell => {
    const label = state.labels.get(cell.id)?.label
    if (!label) return cell
    const rest = cell.badges.filter(badge => !LABELS.includes(badge.text))
    return { ...cell, badges: [{ text: label, tone: label }, ...rest] }
  }
  const draw = cell => {
    const shown = withLabel(cell)
    const wanted = JSON.stringify([shown, selectable])
    const known = state.nodes.get(cell.id)
    if (known?.wanted === wanted) return known.node
    const node = drawCell(shown, selectable)
    state.nodes.set(cell.id, { wanted, node })
    return node
  }

  const hadFocus = grid.contains(focused())
  grid.setAttribute("role", selectable ? "listbox" : "group")
  grid.setAttribute("aria-label", data.label)
  if (selectable) grid.setAttribute("aria-multiselectable", "true")
  grid.classList.toggle("strip", data.strip)
  const focusedId = state.ids[state.focus]
  const isSamePage = ids.some(id => state.ids.includes(id))
  for (const id of state.nodes.keys()) if (!ids.includes(id)) state.nodes.delete(id)
  grid.replaceChildren(...cells.map(draw))

  // The frame stays on its image where others have left the page, and begins a new page.
  if (!isSamePage) state.focus = 0
  else if (ids.includes(focusedId)) state.focus = ids.indexOf(focusedId)
  state.ids = ids
  state.focus = Math.min(state.focus, Math.max(ids.length - 1, 0))
  state.anchor = Math.min(state.anchor, state.focus)

  const show = () =>
    [...grid.children].forEach((child, i) => {
      child.tabIndex = i === state.focus ? 0 : -1
      const isSelected = isAll() || state.selected.has(ids[i])
      if (selectable) child.setAttribute("aria-selected", String(isSelected))
    })
  const moveTo = i => {
    state.focus = i
    show()
    grid.children[i]?.focus()
  }
  const select = chosen => {
    if (!selectable) return
    state.own = true
    state.selected = new Set(chosen)
    show()
    setStateValue("selected", [...state.selected])
  }
  const toggle = i => {
    state.anchor = i
    const rest = [...state.selected].filter(id => id !== ids[i])
    select(state.selected.has(ids[i]) ? rest : [...rest, ids[i]])
  }
  const selectTo = i => {
    const [first, last] = [Math.min(state.anchor, i), Math.max(state.anchor, i)]
    select(ids.slice(first, last + 1))
  }
  const selectOnly = i => {
    state.anchor = i
    select([ids[i]])
  }

  // A trigger may be lost when they come faster than reruns: every one carries all that is not
  // acknowledged, and one that stays without an answer is sent again. What follows a turned page
  // waits for it: every message tells the pager's page as the browser knows it, the old one.
  const send = () => {
    clearTimeout(state.retry)
    if (!state.queue.length || !grid.isConnected) return
    const turn = state.queue.findIndex(item => TURNS.includes(item.action))
    const items = state.queue.slice(0, turn === -1 ? MAX_ITEMS : turn + 1)
    state.sent = items.at(-1).number
    setTriggerValue("batch", { nonce: state.nonce, items })
    state.retry = setTimeout(send, RETRY_MS)
  }
  const isTurning = () =>
    state.queue.some(item => item.number <= state.sent && TURNS.includes(item.action))
  const act = (action, about = [], argument = null) => {
    state.number += 1
    const all = isAll() && (action === "tag" || ABOUT_IMAGES.includes(action))
    state.queue.push({ number: state.number, action, ids: about, argument, all })
    if (LABELS.includes(action)) relabel(about, action)
    if (!isTurning()) send()
  }
  const relabel = (about, label) => {
    const hadFocus = grid.contains(focused())
    for (const id of about) {
      state.labels.set(id, { number: state.number, label })
      const i = ids.indexOf(id)
      if (i !== -1) grid.children[i].replaceWith(draw(cells[i]))
    }
    show()
    if (hadFocus) grid.children[state.focus].focus({ preventScroll: true })
  }
  const open = i => act("open", [ids[i]])

  const columns = () => {
    const top = grid.children[0].offsetTop
    const below = [...grid.children].findIndex(child => child.offsetTop > top)
    return below === -1 ? ids.length : below
  }
  const target = key => {
    const last = ids.length - 1
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns(), ArrowDown: columns() }
    if (key === "Home") return 0
    if (key === "End") return last
    const next = state.focus + steps[key]
    return next < 0 || next > last ? state.focus : next
  }

  const keys = {
    Enter: () => open(state.focus),
    " ": () => (selectable ? toggle(state.focus) : open(state.focus)),
    Escape: () => select([]),
  }
  grid.onkeydown = event => {
    if (!ids.length) return
    const isMove = /^(Arrow(Left|Right|Up|Down)|Home|End)$/.test(event.key)
    const isAll = event.key === "a" && (event.ctrlKey || event.metaKey) && selectable
    if (!isMove && !isAll && !keys[event.key]) return
    event.preventDefault()
    event.stopPropagation()
    if (isAll) return select(ids)
    if (!isMove) return keys[event.key]()
    const next = target(event.key)
    moveTo(next)
    if (event.shiftKey) selectTo(next)
    else state.anchor = next
  }

  const hasFocus = () => grid.contains(focused())
  const targets = () => {
    if (isAll()) return ids
    const chosen = ids.filter(id => state.selected.has(id))
    if (chosen.length) return chosen
    if (hasFocus()) return [ids[state.focus]]
    moveTo(state.focus) // nothing changes before the person sees which image it is about
    return []
  }
  const ask = (dialog, prepare) => {
    prepare()
    dialog.onclose = () => moveTo(state.focus)
    dialog.showModal()
  }
  const askTag = about => {
    if (!about.length) return
    const form = tagging.querySelector("form")
    const input = tagging.querySelector("input")
    ask(tagging, () => {
      input.value = ""
      const total = isAll() ? data.allSelected : about.length
      const n = total === 1 ? "1 image" : `${total.toLocaleString("en")} images`
      tagging.querySelector(".about").textContent = `Tag ${n}`
    })
    form.onsubmit = () => {
      if (input.value.trim()) act("tag", about, input.value.trim())
    }
    input.focus()
  }
  const answer = key => {
    if (key === "?") return ask(help, () => drawHelp(help))
    if (key === "t") return askTag(targets())
    const action = ACTS[key]
    if (!ABOUT_IMAGES.includes(action)) return act(action)
    const about = targets()
    if (about.length) act(action, about)
  }
  const onKey = event => {
    if (help.open && event.key === "?") help.close()
    else if (tagging.open || help.open || isBusyElsewhere()) return
    else {
      const isChord = event.ctrlKey || event.metaKey || event.altKey
      if (event.isComposing || (isChord && !event.getModifierState("AltGraph"))) return
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
      if (!ids.length || !(key in ACTS || key === "t" || key === "?")) return
      if (!event.repeat) answer(key)
    }
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  window.removeEventListener("keydown", state.onKey, true)
  state.onKey = onKey
  if (data.acts) window.addEventListener("keydown", onKey, true)

  const indexOf = event => [...grid.children].indexOf(event.target.closest(".cell"))
  grid.onfocusin = event => {
    const i = indexOf(event)
    if (i === -1 || i === state.focus) return
    state.focus = i
    show()
  }
  grid.onclick = event => {
    const i = indexOf(event)
    if (i === -1) return select([])
    moveTo(i)
    if (!selectable) open(i)
    else if (event.shiftKey) selectTo(i)
    else if (event.ctrlKey || event.metaKey || event.target.closest(".tick")) toggle(i)
    else selectOnly(i)
  }
  grid.ondblclick = event => {
    const i = indexOf(event)
    if (i !== -1 && selectable && !event.target.closest(".tick")) open(i)
  }

  show()
  if (hadFocus) grid.children[state.focus]?.focus({ preventScroll: true })
  if (state.queue.length && state.queue[0].number > state.sent) setTimeout(send)
  return () => {
    clearTimeout(state.retry)
    window.removeEventListener("keydown", state.onKey, true)
  }
}
