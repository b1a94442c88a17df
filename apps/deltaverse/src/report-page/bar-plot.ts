import { escapeHtml } from '../report/escape-html.js'

export interface PlotBar {
  readonly title: string
  readonly value: number
  /** What stands behind the bar. */
  readonly words: string
}

const width = 900
const rowHeight = 26
const barLeft = 460

/** A bar for each value, as SVG. */
export function barPlot(bars: readonly PlotBar[], label: string): string {
  const most = Math.max(...bars.map(({ value }) => value))
  const rows = bars.map(({ title, value, words }, at) => {
    const y = at * rowHeight
    const length = most === 0 ? 0 : (value / most) * (width - barLeft - 120)
    const shown = title.length > 64 ? `${title.slice(0, 63)}…` : title
    return `<text x="${barLeft - 8}" y="${y + 17}" text-anchor="end">${escapeHtml(shown)}<title>${escapeHtml(title)}</title></text><rect x="${barLeft}" y="${y + 5}" width="${length.toFixed(1)}" height="16"/><text x="${(barLeft + length + 6).toFixed(1)}" y="${y + 17}">${escapeHtml(words)}</text>`
  })
  return `<svg viewBox="0 0 ${width} ${bars.length * rowHeight}" role="img" aria-label="${escapeHtml(label)}">${rows.join('')}</svg>`
}
