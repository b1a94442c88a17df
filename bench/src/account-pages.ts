import { writeAccountRows } from './account-page.js'

/** Pages of a table whose rows differ in their ids only. */
export interface AccountPages {
  /** @param link the last member of the page: its next or its delta link */
  page(number: number, serviceRoot: string, link: string): Buffer
}

const idMember = '"accountid":"'
/** So many hexadecimal digits of an id tell its page. */
const digitsOfPage = 8

/** Holds the rows of one page, and writes the others from them as they are asked for. */
export function createAccountPages(pageSize: number, serviceRoot: string): AccountPages {
  const rows = Buffer.from(writeAccountRows(pageSize, serviceRoot))
  const ids: { readonly at: number; readonly value: number }[] = []
  for (let at = rows.indexOf(idMember); at !== -1; at = rows.indexOf(idMember, at)) {
    at += idMember.length
    ids.push({ at, value: Number.parseInt(rows.toString('latin1', at, at + digitsOfPage), 16) })
  }
  return {
    page(number, root, link) {
      const head = `{"@odata.context":"${root}/$metadata#accounts","@Microsoft.Dynamics.CRM.totalrecordcount":-1,"value":[`
      const page = Buffer.concat([Buffer.from(head), rows, Buffer.from(`],${link}}`)])
      // Other ids on each page, in no order: what sorts rows by them finds them as those of a real table.
      const scramble = Math.imul(number, 0x9e3779b1)
      for (const { at, value } of ids) {
        const digits = ((value ^ scramble) >>> 0).toString(16).padStart(digitsOfPage, '0')
        page.write(digits, head.length + at, 'latin1')
      }
      return page
    },
  }
}
