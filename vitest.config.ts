import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const packages = fileURLToPath(new URL('./packages', import.meta.url))

export default defineConfig({
  resolve: {
    // Tests run on the sources of their neighbours, so they need no build and coverage counts.
    alias: [
      { find: /^@deltaverse\/([^/]+)$/, replacement: `${packages}/$1/src/index.ts` },
      { find: /^@deltaverse\/([^/]+)\/([^/]+)$/, replacement: `${packages}/$1/src/$2.ts` },
    ],
  },
  test: {
    include: [
      'packages/*/{src,test}/**/*.test.ts',
      'apps/*/{src,test}/**/*.test.ts',
      'crash/{src,test}/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    // By default one core is left idle, which is half of a machine with two.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: process.env.VITEST_REPORTERS?.split(',') ?? [
      'default',
      './scripts/plain-summary-reporter.mjs',
    ],
    coverage: { include: ['packages/*/src/**/*.ts'] },
  },
})
