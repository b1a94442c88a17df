import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { readWorkspace } from './scripts/lib/workspace.mjs'

const root = fileURLToPath(new URL('.', import.meta.url))

/** Tests run on the sources of their neighbours, so they need no build and coverage counts. */
const aliases = readWorkspace(root).flatMap(({ directory, manifest }) => [
  { find: new RegExp(`^${manifest.name}$`), replacement: `${directory}/src/index.ts` },
  { find: new RegExp(`^${manifest.name}/([^/.]+)$`), replacement: `${directory}/src/$1.ts` },
])

export default defineConfig({
  resolve: { alias: aliases },
  test: {
    include: [
      'packages/*/*/{src,test}/**/*.test.ts',
      'apps/*/{src,test}/**/*.test.ts',
      'crash/{src,test}/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    // By default one core is left idle, which is half of a machine with two.
    maxWorkers: '100%',
    // Each file in a process of its own loaded every package anew, which took a quarter of the time of a run. Tests keep
    // what they start to themselves and end it.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: process.env.VITEST_REPORTERS?.split(',') ?? [
      'default',
      './scripts/plain-summary-reporter.mjs',
    ],
    coverage: { include: ['packages/*/*/src/**/*.ts'] },
  },
})
