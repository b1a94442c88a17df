import { once } from 'node:events'

/**
 * Prints lines no faster than they are read.
 *
 * @throws Error when nobody reads them any more: what is printed behind that is lost
 */
export async function printLines(
  lines: readonly string[],
  output: NodeJS.WritableStream = process.stdout,
): Promise<void> {
  if (!output.writable) throw new Error('standard output was closed: nobody reads the messages any more')
  if (output.write(`${lines.join('\n')}\n`)) return
  await Promise.race([once(output, 'drain'), once(output, 'close')])
  if (!output.writable) throw new Error('standard output was closed: nobody reads the messages any more')
}
