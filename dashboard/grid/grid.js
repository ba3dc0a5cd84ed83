// Runs again on every change of data: what the person selected lives here, by mounted instance.
const memory = new WeakMap()

const remember = root => {
  if (!memory.has(root)) memory.set(root, { selected: new Set(), anchor: 0, focus: 0 })
  return memory.get(root)
}

const element = (tag, className, text) => {
  const made = document.createElement(tag)
  made.className = className
  if (text !== undefined) made.textContent = text
  return made
}

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

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid")
  const state = remember(parentElement)
  const { cells, selectable } = data
  const ids = cells.map(cell => cell.id)

  const hadFocus = grid.contains(parentElement.activeElement ?? document.activeElement)
  grid.setAttribute("role", selectable ? "listbox" : "group")
  grid.setAttribute("aria-label", data.label)
  if (selectable) grid.setAttribute("aria-multiselectable", "true")
  grid.classList.toggle("strip", data.strip)
  grid.replaceChildren(...cells.map(cell => drawCell(cell, selectable)))

  state.focus = Math.min(state.focus, Math.max(ids.length - 1, 0))
  state.anchor = Math.min(state.anchor, state.focus)

  const show = () =>
    [...grid.children].forEach((child, i) => {
      child.tabIndex = i === state.focus ? 0 : -1
      if (selectable) child.setAttribute("aria-selected", String(state.selected.has(ids[i])))
    })
  const moveTo = i => {
    state.focus = i
    show()
    grid.children[i]?.focus()
  }
  const select = chosen => {
    if (!selectable) return
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
  const open = i => setTriggerValue("opened", ids[i])

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

  const indexOf = event => [...grid.children].indexOf(event.target.closest(".cell"))
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
}
