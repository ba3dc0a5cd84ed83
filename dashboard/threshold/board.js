// The payload, unpacked once.
const unpackBytes = text => {
  const held = atob(text)
  const bytes = new Uint8Array(held.length)
  for (let at = 0; at < held.length; at++) bytes[at] = held.charCodeAt(at)
  return bytes.buffer
}

const unpackCounts = told => ({
  ...told,
  falseFake: new Uint32Array(unpackBytes(told.falseFake)),
  falseGenuine: new Uint32Array(unpackBytes(told.falseGenuine)),
})

const unpack = payload => ({
  steps: new Float64Array(unpackBytes(payload.steps)),
  shown: unpackCounts(payload.shown),
  chosenOn: unpackCounts(payload.chosenOn),
  slices: payload.slices.map(unpackCounts),
  slicings: payload.slicings,
  slicing: payload.slicing,
  nSlices: payload.nSlices,
  pool: payload.pool,
})

/** Write words only where they differ: what is not touched is not laid out again. */
const say = (node, words) => {
  if (node.textContent !== words) node.textContent = words
}

const svgElement = (tag, attributes) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  return made
}
