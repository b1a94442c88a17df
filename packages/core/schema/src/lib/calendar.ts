const date = String.raw`\d{4}-\d{2}-\d{2}`
const time = String.raw`([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?`
const dateShape = new RegExp(`^${date}$`)
const clockShape = new RegExp(`^${date}T${time}$`)
const instantShape = new RegExp(String.raw`^${date}T${time}(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$`)

/** Whether a text is a day of the calendar, `2026-03-25`, from the year 1 to the year 9999. */
export function isDate(text: string): boolean {
  return dateShape.test(text) && isDay(text)
}

/** Whether a text is a time of a day without a zone: `2026-03-25T17:42:47`. */
export function isClockTime(text: string): boolean {
  return clockShape.test(text) && isDay(text)
}

/** Whether a text is an instant: a time with a `Z` or an offset. */
export function isInstant(text: string): boolean {
  return instantShape.test(text) && isDay(text)
}

/** Whether the calendar has the day that a text of the right shape begins with. */
function isDay(text: string): boolean {
  const year = Number(text.slice(0, 4))
  const month = Number(text.slice(5, 7))
  const day = Number(text.slice(8, 10))
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}
