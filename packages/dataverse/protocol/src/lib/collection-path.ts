export interface CollectionPathOptions {
  /** URL segment of the table: `contacts`. */
  readonly entitySet: string
  /** Columns; lookups by their property, `_parentcustomerid_value`. Absent: all. */
  readonly select?: readonly string[] | undefined
}

const simpleName = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * The address of a table's rows, relative to the service root: `contacts?$select=fullname,emailaddress1`.
 *
 * @throws TypeError for a name that is no entity set or column: nothing from outside gets into a URL by this way
 */
export function formatCollectionPath(options: CollectionPathOptions): string {
  const { entitySet, select } = options
  if (!simpleName.test(entitySet)) {
    throw new TypeError(`entitySet must be a name such as "contacts", not ${JSON.stringify(entitySet)}`)
  }
  if (select === undefined) return entitySet
  if (select.length === 0)
    throw new TypeError('select must name at least one column; leave it out for all columns')
  for (const column of select) {
    if (!simpleName.test(column)) {
      throw new TypeError(`select must hold column names such as "fullname", not ${JSON.stringify(column)}`)
    }
  }
  return `${entitySet}?$select=${select.join(',')}`
}
