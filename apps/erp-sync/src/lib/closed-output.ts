/**
 * Whoever reads the output may leave early (`npm run example:erp -- --help | head`); the work goes on, and nobody is told of a pipe
 * that is gone.
 */
export function tolerateClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}
