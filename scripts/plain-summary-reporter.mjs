/**
 * A vitest reporter whose one job is the last line of a run: `N passed, N failed` (and `, N skipped`),
 * a form that people and machines read alike.
 */
export default class PlainSummaryReporter {
  onTestRunEnd(testModules, unhandledErrors) {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    for (const testModule of testModules) {
      if (testModule.errors().length > 0) count.failed += 1
      for (const test of testModule.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') count.passed += 1
        else if (state === 'failed') count.failed += 1
        else count.skipped += 1
      }
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
    process.stdout.write(`${count.passed} passed, ${count.failed} failed${skipped}\n`)
  }
}
