import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { layerOf } from './layers.mjs'
import { moduleReferences } from './module-references.mjs'
import { filesBelow, readWorkspace } from './workspace.mjs'

/** Rows of the picture from the top, each with its layers from left to right. */
const rows = [
  ['apps', 'workbench'],
  ['program'],
  ['registry'],
  ['dataverse connector', 'connectors'],
  ['dataverse', 'kit', 'engine', 'emulator'],
  ['core'],
]

const gap = 28
const lineHeight = 18
const headHeight = 30
const letterWidth = 7.2
const rowGap = 64

/** A drawing of the layers, their packages, and an arrow for each layer that imports another, all from the real imports. */
export function layersPicture(root) {
  const packages = readWorkspace(root).map((entry) => ({ ...entry, layer: layerOf(entry.folder)?.layer }))
  const boxes = placeBoxes(packages)
  const width = Math.max(...[...boxes.values()].map(({ x, width: own }) => x + own)) + gap
  const height = Math.max(...[...boxes.values()].map(({ y, height: own }) => y + own)) + gap
  const arrows = importsBetween(packages).map(([from, to]) => drawArrow(boxes, from, to))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">
<title>The layers of Deltaverse: an arrow leads from a layer to one that its sources import</title>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#57606a"/></marker></defs>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${arrows.join('\n')}
${[...boxes].map(([layer, box]) => drawBox(layer, box)).join('\n')}
</svg>
`
}

function placeBoxes(packages) {
  const boxes = new Map()
  let y = gap
  for (const row of rows) {
    let x = gap
    let tallest = 0
    for (const layer of row) {
      const names = packages
        .filter((each) => each.layer === layer)
        .map(({ folder }) => folder.split('/').at(-1))
      if (names.length === 0) continue
      const width =
        Math.round(Math.max(layer.length + 2, ...names.map((name) => name.length)) * letterWidth) + 24
      const height = headHeight + names.length * lineHeight + 8
      boxes.set(layer, { x, y, width, height, names })
      x += width + gap * 2
      tallest = Math.max(tallest, height)
    }
    y += tallest + rowGap
  }
  return boxes
}

/** Pairs of layers of which the first imports the second, tests left out. */
function importsBetween(packages) {
  const layerByName = new Map(packages.map(({ manifest, layer }) => [manifest.name, layer]))
  const ways = new Map()
  for (const { directory, layer: from } of packages) {
    for (const name of filesBelow(join(directory, 'src'), ['.ts'])) {
      if (name.endsWith('.test.ts')) continue
      for (const { specifier } of moduleReferences(
        name,
        readFileSync(join(directory, 'src', name), 'utf8'),
      )) {
        const to = layerByName.get(specifier?.match(/^(?:@deltaverse\/[^/]+|deltaverse)/)?.[0])
        if (to !== undefined && to !== from) ways.set(`${from} > ${to}`, [from, to])
      }
    }
  }
  return [...ways.keys()].sort().map((way) => ways.get(way))
}

function drawArrow(boxes, from, to) {
  const [start, end] = [boxes.get(from), boxes.get(to)]
  const isSameRow = start.y === end.y
  const y1 = isSameRow ? start.y + headHeight / 2 : start.y + start.height
  const y2 = isSameRow ? end.y + headHeight / 2 : end.y
  return `<path d="M${middleOf(start)} ${y1} L${middleOf(end)} ${y2}" stroke="#57606a" fill="none" marker-end="url(#tip)"><title>${from} imports ${to}</title></path>`
}

function middleOf({ x, width }) {
  return Math.round(x + width / 2)
}

function drawBox(layer, { x, y, width, height, names }) {
  const lines = names.map(
    (name, index) =>
      `<text x="${x + 12}" y="${y + headHeight + 12 + index * lineHeight}" fill="#24292f">${name}</text>`,
  )
  return `<g><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="#f6f8fa" stroke="#8c959f"/>
<text x="${x + 12}" y="${y + 20}" font-weight="bold" fill="#0969da">${layer}</text>
${lines.join('\n')}</g>`
}
