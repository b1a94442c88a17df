import { escapeHtml } from '../report/escape-html.js'

export interface PlotSpan {
  readonly from: number
  readonly to: number
  readonly title: string
}

const width = 900

/** Stretches of a time, as SVG. */
export function spanPlot(spans: readonly PlotSpan[], seconds: number, label: string): string {
  const most = Math.max(0.001, seconds)
  const rects = spans.map(({ from, to, title }) => {
    const x = (from / most) * width
    const length = Math.max(1, ((to - from) / most) * width)
    return `<rect x="${x.toFixed(1)}" y="4" width="${length.toFixed(1)}" height="22"><title>${escapeHtml(title)}</title></rect>`
  })
  return `<svg viewBox="0 0 ${width} 30" role="img" aria-label="${escapeHtml(label)}"><line class="grid" x1="0" x2="${width}" y1="15" y2="15"/>${rects.join('')}</svg>`
}
