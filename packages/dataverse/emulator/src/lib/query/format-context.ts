import type { Column } from '../schema/table.js'
import type { ExpandItem } from './query-options.js'

/** What an `@odata.context` URL tells. */
export interface ContextParts {
  readonly serviceRoot: string
  /** The entity set, or a path such as `accounts(<guid>)/name`. */
  readonly entitySet: string
  /** The columns that `$select` named. */
  readonly selected?: readonly Column[] | undefined
  readonly expand?: readonly ExpandItem[] | undefined
  /** What the body is: a list, one row, or a delta. Default: `list`. */
  readonly kind?: 'list' | 'entity' | 'delta' | undefined
}

/** The `@odata.context` of a response: `{base}/$metadata#accounts(name,primarycontactid(fullname))/$entity`. */
export function formatContext({ serviceRoot, entitySet, selected, expand, kind }: ContextParts): string {
  const names = [
    ...(selected ?? []).map((column) => column.wireName),
    ...(expand ?? []).map(
      ({ navigation, options }) =>
        `${navigation.name}(${(options.selected ?? []).map((column) => column.wireName).join(',')})`,
    ),
  ]
  const list = names.length === 0 ? '' : `(${names.join(',')})`
  const suffix = kind === 'entity' ? '/$entity' : kind === 'delta' ? '/$delta' : ''
  return `${serviceRoot}/$metadata#${entitySet}${list}${suffix}`
}
