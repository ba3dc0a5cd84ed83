// Boxes are [x, y, width, height] in pixels of the upright original; `size` is [width, height] of
// the picture. Every result lies inside of it.
const SMALLEST_PX = 2

const clamp = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high))
const tidy = box => box.map(value => Math.round(value * 100) / 100)

const between = (left, top, right, bottom, [width, height]) => {
  const x = clamp(left, 0, width - SMALLEST_PX)
  const y = clamp(top, 0, height - SMALLEST_PX)
  const farX = clamp(right, x + SMALLEST_PX, width)
  const farY = clamp(bottom, y + SMALLEST_PX, height)
  return tidy([x, y, farX - x, farY - y])
}

const cut = ([x, y, width, height], size) => between(x, y, x + width, y + height, size)

const moved = (box, dx, dy, size) => {
  const [x, y, width, height] = cut(box, size)
  const left = clamp(x + dx, 0, size[0] - width)
  const top = clamp(y + dy, 0, size[1] - height)
  return tidy([left, top, width, height])
}

/** Move the edges that are named by letters of "nesw". */
const resized = (box, edges, dx, dy, size) => {
  let [left, top, width, height] = cut(box, size)
  let [right, bottom] = [left + width, top + height]
  if (edges.includes("w")) left = Math.min(left + dx, right - SMALLEST_PX)
  if (edges.includes("e")) right = Math.max(right + dx, left + SMALLEST_PX)
  if (edges.includes("n")) top = Math.min(top + dy, bottom - SMALLEST_PX)
  if (edges.includes("s")) bottom = Math.max(bottom + dy, top + SMALLEST_PX)
  return between(left, top, right, bottom, size)
}

const spanned = ([x, y], [otherX, otherY], size) =>
  between(Math.min(x, otherX), Math.min(y, otherY), Math.max(x, otherX), Math.max(y, otherY), size)

const centred = ([x, y, width, height], share, size) => {
  const [w, h] = [width * share, height * share]
  return cut([x + (width - w) / 2, y + (height - h) / 2, w, h], size)
}

/** Name the edges of a rectangle on the screen that a point is near, as letters of "nesw". */
const edgesNear = (rect, x, y, reach) => {
  const [across, down] = [Math.min(reach, rect.width / 4), Math.min(reach, rect.height / 4)]
  const vertical = y - rect.top < down ? "n" : rect.bottom - y < down ? "s" : ""
  return vertical + (x - rect.left < across ? "w" : rect.right - x < across ? "e" : "")
}

const isSame = (one, other) => one.every((value, i) => value === other[i])
