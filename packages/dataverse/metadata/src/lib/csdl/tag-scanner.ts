/** One tag of an XML document: an element begins, ends, or both. */
export interface Tag {
  readonly name: string
  readonly kind: 'start' | 'end' | 'empty'
  /** @returns the value of an attribute as it is written; `undefined` when it is absent */
  attribute(name: string): string | undefined
}

/** Neither tags nor comments of a definition are longer; what waits for its end is looked at again with each piece. */
const maxTagLength = 64 * 1024

/**
 * Finds the tags in a document that arrives in pieces. Texts between tags, comments and processing instructions are passed over;
 * what it holds is the rest of one tag.
 *
 * @throws SyntaxError for a tag without an end
 */
export function createTagScanner(onTag: (tag: Tag) => void): {
  push(piece: string): void
  end(): void
} {
  let rest = ''

  return {
    push(piece) {
      const text = rest + piece
      let at = 0
      for (;;) {
        const start = text.indexOf('<', at)
        if (start === -1) {
          rest = ''
          return
        }
        const end = endOfMarkup(text, start)
        if (end === -1) {
          rest = text.slice(start)
          if (rest.length > maxTagLength) throw new SyntaxError('a tag of the document does not end')
          return
        }
        const first = text[start + 1]
        if (first !== '!' && first !== '?') onTag(parseTag(text.slice(start + 1, end - 1)))
        at = end
      }
    },
    end() {
      if (rest !== '') throw new SyntaxError('the document ends in the middle of a tag')
    },
  }
}

/** Position behind a tag, a comment or an instruction; -1 where its end has not come yet. */
function endOfMarkup(text: string, start: number): number {
  const closing = (mark: string) => {
    const at = text.indexOf(mark, start)
    return at === -1 ? -1 : at + mark.length
  }
  // Where the beginning itself is cut off, the end cannot be there either.
  if (text.startsWith('<!', start) && text.length - start < 9) return -1
  if (text.startsWith('<!--', start)) return closing('-->')
  if (text.startsWith('<![CDATA[', start)) return closing(']]>')
  if (text.startsWith('<?', start)) return closing('?>')
  let quote = ''
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === '"' || character === "'") quote = character
    else if (character === '>') return at + 1
  }
  return -1
}

function parseTag(inner: string): Tag {
  const name = /^\/?([^\s/>]*)/.exec(inner)?.[1] ?? ''
  const kind = inner.startsWith('/') ? 'end' : inner.endsWith('/') ? 'empty' : 'start'
  return {
    name,
    kind,
    attribute(wanted) {
      for (const [, found, double, single] of inner.matchAll(/\s([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
        if (found === wanted) return double ?? single
      }
      return undefined
    },
  }
}
