import { createHash } from 'node:crypto'
import { escapeHtml } from '../../report/escape-html.js'
import { textOfCell } from './letter-csv.js'

/** Cells can be written in, and a button saves them as the CSV that goes back. Nothing leaves the page. */
const script = `
const quote = (text, wasEmpty) => text === '' ? (wasEmpty ? '' : '""') : /[",\\r\\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text
document.querySelector('button').addEventListener('click', () => {
  const lines = [...document.querySelectorAll('tr')].map((row) =>
    [...row.cells].map((cell) => quote(cell.innerText.replace(/\\n$/, ''), cell.dataset.nothing !== undefined)).join(','))
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob(['\\ufeff' + lines.join('\\r\\n') + '\\r\\n'], { type: 'text/csv' }))
  link.download = document.body.dataset.file
  link.click()
})
`

const style = `
body{font:15px/1.45 system-ui,sans-serif;margin:2rem}table{border-collapse:collapse}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border:1px solid #d0d7de;white-space:pre-wrap}
td[contenteditable]{background:#fffbe6}td:last-child{color:#cf222e}
`

/** Begins the page: no text of a row can become a script, because only the one that is named here runs. */
export function beginPage(names: readonly string[], remarks: readonly string[], file: string): string {
  const hash = createHash('sha256').update(script).digest('base64')
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`
  const heads = [...names, ...remarks].map((name) => `<th>${escapeHtml(name)}</th>`).join('')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="content-security-policy" content="${policy}"><title>Rows that were not written</title>
<style>${style}</style>
</head><body data-file="${escapeHtml(file)}"><h1>Rows that were not written</h1>
<p>Correct the yellow cells, and save: what is saved goes back as it is. <button>Save as CSV</button></p>
<table><thead><tr>${heads}</tr></thead><tbody>
`
}

/** One row: its values to correct, and remarks. */
export function pageLine(values: readonly unknown[], remarks: readonly unknown[]): string {
  const cells = values.map((value) => {
    const isNothing = value === null || value === undefined
    return `<td contenteditable="plaintext-only"${isNothing ? ' data-nothing' : ''}>${escapeHtml(textOfCell(value))}</td>`
  })
  const said = remarks.map((remark) => `<td>${escapeHtml(textOfCell(remark))}</td>`)
  return `<tr>${cells.join('')}${said.join('')}</tr>\n`
}

export function endPage(): string {
  return `</tbody></table><script>${script}</script></body></html>\n`
}
