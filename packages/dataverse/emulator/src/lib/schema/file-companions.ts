import type { ColumnDefinition, ColumnType } from './table-definition.js'

/**
 * The read-only columns that come with files and images: the file's name; the image's id, time stamp and address.
 *
 * Source: Microsoft Learn, "Use file column data" and "Use image column data".
 */
export function fileCompanions(columns: readonly ColumnDefinition[]): ColumnDefinition[] {
  return columns.flatMap((column) => {
    const { logicalName: name, schemaName = name, type } = column
    const companion = (
      suffix: string,
      ofType: ColumnType,
      attributeOf: string | undefined,
      maxLength?: number,
    ): ColumnDefinition => ({
      logicalName: `${name}${suffix.toLowerCase()}`,
      schemaName: `${schemaName}${suffix}`,
      type: ofType,
      validForCreate: false,
      validForUpdate: false,
      ...(attributeOf === undefined ? {} : { attributeOf }),
      ...(maxLength === undefined ? {} : { maxLength }),
    })
    if (type === 'file') return [companion('_Name', 'string', name, 200)]
    if (type !== 'image') return []
    const id = companion('Id', 'uniqueidentifier', undefined)
    return [
      id,
      companion('_Timestamp', 'bigint', id.logicalName),
      companion('_URL', 'string', id.logicalName, 200),
    ]
  })
}
