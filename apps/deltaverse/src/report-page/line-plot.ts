import { formatCount } from '../program/format-quantity.js'
import { escapeHtml } from '../report/escape-html.js'

export interface PlotLine {
  readonly title: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

const width = 900
const height = 260
const left = 80
const bottom = 30
const right = 10
const top = 10
const colors = ['#0969da', '#1a7f37', '#9a6700', '#8250df', '#cf222e', '#1b7c83', '#bc4c00', '#57606a']

/** Lines over seconds, as SVG. */
export function linePlot(lines: readonly PlotLine[], seconds: number): string {
  const mostY = Math.max(1, ...lines.flatMap(({ points }) => points.map(({ y }) => y)))
  const mostX = Math.max(0.001, seconds)
  const toX = (x: number): string => (left + (x / mostX) * (width - left - right)).toFixed(1)
  const toY = (y: number): string => (height - bottom - (y / mostY) * (height - top - bottom)).toFixed(1)
  const grid = [0, 0.5, 1].map((part) => {
    const y = toY(part * mostY)
    return `<line class="grid" x1="${left}" x2="${width - right}" y1="${y}" y2="${y}"/><text x="${left - 8}" y="${y}" text-anchor="end" dominant-baseline="middle">${formatCount(part * mostY)}</text>`
  })
  const times = [0, 0.5, 1].map(
    (part) =>
      `<text x="${toX(part * mostX)}" y="${height - 8}" text-anchor="${['start', 'middle', 'end'][part * 2]}">${(part * mostX).toFixed(1)} s</text>`,
  )
  const drawn = lines.map(({ title, points }, at) => {
    const path = points.map(({ x, y }) => `${toX(x)},${toY(y)}`).join(' ')
    return `<polyline points="${path}" fill="none" stroke="${colorOf(at)}" stroke-width="2"><title>${escapeHtml(title)}</title></polyline>`
  })
  const legend = lines.map(
    ({ title }, at) => `<li><span style="background:${colorOf(at)}"></span>${escapeHtml(title)}</li>`,
  )
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="rows over time">${[...grid, ...times, ...drawn].join('')}</svg><ul class="legend">${legend.join('')}</ul>`
}

function colorOf(at: number): string {
  return colors[at % colors.length] as string
}
