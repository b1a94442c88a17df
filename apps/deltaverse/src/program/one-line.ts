/** Ends of lines, and what would move the cursor of a terminal: a message may quote a server, or a damaged file. */
const controls = /\s*\p{Cc}+\s*/gu

/** The same in one line that is safe to print. */
export function oneLine(text: string): string {
  return text.replace(controls, ' ')
}
