/**
 * Whoever reads the output may leave early (`npm start -- --help | head`), and a disk that it goes to may be full. The work
 * goes on: the data does not depend on what is said about it. Output that was lost to anything but a reader who left makes an
 * exit code of 0 a 1.
 */
export function tolerateClosedOutput(): void {
  let lost = false
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') lost = true
    })
  }
  process.on('exit', (code) => {
    if (lost && code === 0) process.exitCode = 1
  })
}
