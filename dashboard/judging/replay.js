// What the acts that Python has not acknowledged make of what it told last: items ahead, first to
// come first, and a person's own verdicts, oldest first.
const replay = (ahead, back, acts) => {
  const seen = { ahead: [...ahead], back: [...back] }
  for (const act of acts) REPLAYED[act.action]?.(seen, act)
  return seen
}

const without = (ids, id) => ids.filter(each => each !== id)

const REPLAYED = {
  judge(seen, { item, argument, number }) {
    seen.ahead = without(seen.ahead, item)
    seen.back = seen.back.filter(each => each.id !== item)
    seen.back.push({ id: item, verdict: argument, number })
  },
  skip(seen, { item }) {
    if (seen.ahead.includes(item)) seen.ahead = [...without(seen.ahead, item), item]
  },
  undo(seen, { item }) {
    seen.back = seen.back.filter(each => each.id !== item)
    seen.ahead = [item, ...without(seen.ahead, item)]
  },
}

/** Keep the order in which items lie before a person, whatever order Python tells: no image may
 * come between the one on the screen and the key that is about to be pressed. */
const inOrder = (known, told) => [
  ...known.filter(id => told.includes(id)),
  ...told.filter(id => !known.includes(id)),
]
