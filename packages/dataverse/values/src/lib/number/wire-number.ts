import { ExactNumber } from '@deltaverse/schema'

/**
 * A number as bodies hold it: a JavaScript number where it has exactly these digits and prints them without an exponent, else
 * the digits themselves.
 *
 * @param text as `normaliseDecimal()` writes it
 */
export function toWireNumber(text: string): number | ExactNumber {
  const number = Number(text)
  return String(number) === text ? number : new ExactNumber(text)
}
