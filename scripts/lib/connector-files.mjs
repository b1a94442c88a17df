import { join } from 'node:path'
import { readIfThere } from './workspace.mjs'

/**
 * The files of a new connector with a sink, by path: it passes every check, and fails the contract of sinks until somebody
 * writes it.
 *
 * @param name as the folder is called: `service-bus`
 * @throws RangeError for a name that no folder can have, or that is taken
 */
export function connectorFiles(root, name) {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name)) {
    throw new RangeError(
      `a connector is called in lower case, with hyphens, such as service-bus; not "${name}"`,
    )
  }
  const folder = `packages/connectors/${name}`
  if (readIfThere(join(root, folder, 'package.json')) !== undefined) {
    throw new RangeError(`${folder} is there already`)
  }
  const words = { name, title: titleOf(name), type: titleOf(name).replaceAll(' ', '') }
  const files = { 'package.json': manifestOf(words), 'tsconfig.json': settings, ...sourcesOf(words) }
  return {
    ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text])),
    'tsconfig.json': withReference(readIfThere(join(root, 'tsconfig.json')), folder),
  }
}

function titleOf(name) {
  return name
    .split('-')
    .map((word) => word[0].toUpperCase() + word.slice(1))
    .join(' ')
}

function withReference(text, path) {
  const project = JSON.parse(text)
  const paths = [...project.references.map((reference) => reference.path), path].sort()
  project.references = paths.map((each) => ({ path: each }))
  return `${JSON.stringify(project, null, 2)}\n`
}

function manifestOf({ name, title }) {
  const entry = (file) => ({ types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` })
  const manifest = {
    name: `@deltaverse/${name}`,
    version: '0.0.0',
    description: `Keeps a table in ${title}`,
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.19' },
    keywords: ['sync', name].sort(),
    repository: {
      type: 'git',
      url: 'git+https://github.com/deltaverse/deltaverse.git',
      directory: `packages/connectors/${name}`,
    },
    exports: { '.': entry('index'), './connector': entry('connector'), './package.json': './package.json' },
    files: ['dist', 'src', '!src/**/*.test.ts', '!**/*.tsbuildinfo', 'CHANGELOG.md'],
    publishConfig: { access: 'public' },
    scripts: { build: 'tsc -b' },
    dependencies: { '@deltaverse/core': 'workspace:^', '@deltaverse/options': 'workspace:^' },
    devDependencies: { '@deltaverse/testing': 'workspace:^' },
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

const settings = `${JSON.stringify(
  {
    extends: '../../../tsconfig.base.json',
    compilerOptions: { rootDir: 'src', outDir: 'dist', tsBuildInfoFile: 'tsconfig.tsbuildinfo' },
    include: ['src'],
    exclude: ['src/**/*.test.ts'],
    references: [{ path: '../../core/core' }, { path: '../../core/options' }],
  },
  null,
  2,
)
  .replace('[\n    "src"\n  ]', '["src"]')
  .replace('[\n    "src/**/*.test.ts"\n  ]', '["src/**/*.test.ts"]')}\n`

function sourcesOf({ name, title, type }) {
  return {
    'README.md': `# @deltaverse/${name}

Keeps a table in ${title}.

## Why

What goes wrong without it, and what holds with it.

## Install

\`\`\`sh
npm install @deltaverse/${name}
\`\`\`

Node 20.19 or later, ESM.

## Options

<!-- options: ${camel(type)}SinkOptions -->
<!-- end of options -->
`,
    'src/index.ts': `export type { ${type}SinkOptions } from './options.js'
export { create${type}Sink } from './sink.js'
export type { ${type}Position } from './types.js'
`,
    'src/types.ts': `/** How far the sink is, as plain JSON. */
export interface ${type}Position {
  readonly batch: number
}
`,
    'src/errors.ts': `import { DataverseError } from '@deltaverse/core'

/** What every call says until the sink is written. */
export function notWritten(call: string): DataverseError {
  return new DataverseError(
    \`the ${name} sink cannot \${call} yet: write it in src/sink.ts, until its contract tests pass\`,
    { code: 'sink-failed' },
  )
}
`,
    'src/options.ts': `import { defineOptions, type OptionsInput, text } from '@deltaverse/options'

/** The options of \`create${type}Sink()\`, and of the connector. */
export const ${camel(type)}SinkOptions = defineOptions('create${type}Sink()', {
  name: text({ required: true, doc: 'What the table is called there.' }),
})

export type ${type}SinkOptions = OptionsInput<typeof ${camel(type)}SinkOptions.spec>
`,
    'src/sink.ts': `import type { Sink } from '@deltaverse/core'
import { notWritten } from './errors.js'
import { type ${type}SinkOptions, ${camel(type)}SinkOptions } from './options.js'
import type { ${type}Position } from './types.js'

/**
 * Creates a sink that keeps one table in ${title}.
 *
 * @throws TypeError or RangeError for options that cannot be right
 */
export function create${type}Sink(options: ${type}SinkOptions): Sink<${type}Position> {
  const { name } = ${camel(type)}SinkOptions.parse(options)
  return {
    async open() {
      throw notWritten(\`open \${name}\`)
    },
    async write() {
      throw notWritten('write')
    },
    async commit() {
      throw notWritten('commit')
    },
    async close() {},
  }
}
`,
    'src/connector.ts': `import type { Connector } from '@deltaverse/core'
import { ${camel(type)}SinkOptions as options } from './options.js'

/** A table in ${title}. */
export const connector: Connector = {
  name: '${name}',
  title: '${title}',
  sink: {
    modes: ['table'],
    capabilities: { transactional: false, readable: false, schema: false },
    options,
    testing: async () => (await import('./testing/sink-testing.js')).sinkTesting,
    async open(settings, { name }) {
      const { create${type}Sink } = await import('./sink.js')
      return { sink: create${type}Sink({ ...settings, name }), async release() {} }
    },
  },
}
`,
    'src/testing/sink-testing.ts': `import type { SinkTesting } from '@deltaverse/core'
import { notWritten } from '../errors.js'

/** How the crash runner tries the sink: places to keep rows in, and somebody who looks at them with none of its code. */
export const sinkTesting: SinkTesting = {
  standsOnFiles: false,
  async start() {
    throw notWritten('be tried')
  },
}
`,
    'test/contract.test.ts': `import { create${type}Sink } from '@deltaverse/${name}'
import { sinkContract } from '@deltaverse/testing'
import { describe, it } from 'vitest'

const create = () => create${type}Sink({ name: 'accounts' })

describe('the sink', () => {
  for (const { name, run } of sinkContract({ create, reopen: create, rows: () => new Map() })) it(name, run)
})
`,
  }
}

function camel(type) {
  return type[0].toLowerCase() + type.slice(1)
}
