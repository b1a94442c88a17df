import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readIfThere, readWorkspace } from './workspace.mjs'

const marked = /(<!-- options: (\w+) -->\n)[\s\S]*?(<!-- end of options -->)/g

/**
 * READMEs with their tables of options as the declarations say, by path. A table stands between
 * `<!-- options: nameOfTheDeclaration -->` and `<!-- end of options -->`; the declaration is exported by the built
 * `dist/options.js` of the package.
 */
export async function readmesWithTables(root) {
  const files = {}
  for (const { folder, directory } of readWorkspace(root)) {
    const readme = readIfThere(join(directory, 'README.md'))
    if (readme === undefined || readme.match(marked) === null) continue
    const declared = await import(pathToFileURL(join(directory, 'dist/options.js')).href)
    files[`${folder}/README.md`] = readme.replaceAll(marked, (_, begin, name, end) => {
      if (declared[name] === undefined) throw new Error(`${folder}/src/options.ts does not export ${name}`)
      return `${begin}\n${optionTable(declared[name].describe())}\n${end}`
    })
  }
  return files
}

/** A table in Markdown, one row an option, with its columns one below the other as the formatter leaves them. */
export function optionTable(rows) {
  const cells = rows.map(({ name, type, isRequired, default: fallback, doc }) => [
    `\`${name}\``,
    cell(type),
    isRequired ? 'required' : cell(fallback ?? ''),
    cell(doc),
  ])
  const head = ['option', 'takes', 'default', 'what it does']
  const widths = head.map((title, index) => Math.max(title.length, ...cells.map((row) => row[index].length)))
  const line = (row) => `| ${row.map((text, index) => text.padEnd(widths[index])).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line), ''].join('\n')
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
