import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readIfThere, readWorkspace } from './workspace.mjs'

const marked = /(<!-- options: (\w+)(?: from ([\w/-]+))? -->\n)[\s\S]*?(<!-- end of options -->)/g

/**
 * READMEs and pages in `docs/` with their tables of options as the declarations say, by path. A table stands between
 * `<!-- options: nameOfTheDeclaration -->` and `<!-- end of options -->`; the declaration is exported by the built
 * `dist/options.js` of the package, or by another file: `<!-- options: name from lib/file -->`.
 */
export async function readmesWithTables(root) {
  const files = {}
  for (const { folder, directory } of readWorkspace(root)) {
    for (const page of pagesIn(directory)) {
      const text = readIfThere(join(directory, page))
      if (text !== undefined && text.match(marked) !== null)
        files[`${folder}/${page}`] = await withTables(text, folder, directory)
    }
  }
  return files
}

function pagesIn(directory) {
  const docs = join(directory, 'docs')
  const pages = existsSync(docs) ? readdirSync(docs).filter((name) => name.endsWith('.md')) : []
  return ['README.md', ...pages.map((name) => `docs/${name}`)]
}

async function withTables(text, folder, directory) {
  const tables = new Map()
  for (const [, begin, name, file = 'options'] of text.matchAll(marked)) {
    const declared = await import(pathToFileURL(join(directory, `dist/${file}.js`)).href)
    if (declared[name] === undefined) throw new Error(`${folder}/src/${file}.ts does not export ${name}`)
    tables.set(begin, optionTable(declared[name].describe()))
  }
  return text.replaceAll(marked, (_, begin, _name, _file, end) => `${begin}\n${tables.get(begin)}\n${end}`)
}

/** A table in Markdown, one row an option, with its columns one below the other as the formatter leaves them. */
export function optionTable(rows) {
  const cells = rows.map(({ name, type, isRequired, default: fallback, doc }) => [
    `\`${name}\``,
    cell(escaped(type)),
    isRequired ? 'required' : cell(escaped(fallback ?? '')),
    cell(doc),
  ])
  const head = ['option', 'takes', 'default', 'what it does']
  const widths = head.map((title, index) => Math.max(title.length, ...cells.map((row) => row[index].length)))
  const line = (row) => `| ${row.map((text, index) => text.padEnd(widths[index])).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line), ''].join('\n')
}

/** A text as a literal shows it, since a line feed or a tab among the values that an option takes is one of them. */
function escaped(text) {
  return text.replaceAll('\r', '\\r').replaceAll('\n', '\\n').replaceAll('\t', '\\t')
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
