/**
 * Parses JSON so that no digit is lost: a number that a JavaScript number cannot hold becomes a string of its digits. That
 * is what OData itself does with `IEEE754Compatible=true`. Integers beyond ±(2^53 − 1) and decimals of more than 15
 * significant digits that do not survive the way through a double are concerned; `20000.0000` stays the number 20000.
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(quoteInexactNumbers(text))
}

const numberShape = /-?\d[\d.eE+-]*/y
const longNumber = /\d[\d.]{14}/

function quoteInexactNumbers(text: string): string {
  let result = ''
  let copied = 0
  let at = 0
  while (at < text.length) {
    const character = text.charCodeAt(at)
    if (character === 0x22) {
      at = endOfString(text, at + 1)
      continue
    }
    if (!isNumberStart(character)) {
      at += 1
      continue
    }
    numberShape.lastIndex = at
    const literal = numberShape.exec(text)?.[0]
    if (literal === undefined) {
      at += 1
      continue
    }
    if (longNumber.test(literal) && !isExact(literal)) {
      result += `${text.slice(copied, at)}"${literal}"`
      copied = at + literal.length
    }
    at += literal.length
  }
  return copied === 0 ? text : result + text.slice(copied)
}

function endOfString(text: string, start: number): number {
  let at = start
  for (;;) {
    const end = text.indexOf('"', at)
    if (end === -1) return text.length
    let before = end - 1
    while (before >= start && text.charCodeAt(before) === 0x5c) before -= 1
    if (((end - 1 - before) & 1) === 0) return end + 1
    at = end + 1
  }
}

function isNumberStart(character: number): boolean {
  return character === 0x2d || (character >= 0x30 && character <= 0x39)
}

/** Whether the double nearest to a literal still means the same number. A malformed literal counts as exact: the parse refuses it. */
function isExact(literal: string): boolean {
  const value = Number(literal)
  if (Number.isNaN(value)) return true
  if (/^-?\d+$/.test(literal)) return Number.isSafeInteger(value)
  const wanted = significantDigits(literal)
  return wanted.length <= 15 || wanted === significantDigits(String(value))
}

function significantDigits(literal: string): string {
  return literal
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '')
    .replace(/0+$/, '')
}
