import type { TableDefinition } from './table-definition.js'
import { product } from './tables/product.js'

/** The tables that every emulated environment has, as plain definitions. */
export const standardTables: readonly TableDefinition[] = [product]
