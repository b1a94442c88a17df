/** The comparisons of `$filter`. */
export type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le'

/** `like`, of FetchXML, matches the whole text. */
export type TextFunction = 'contains' | 'startswith' | 'endswith' | 'like'

/** A value in a filter text. */
export interface LiteralOperand {
  readonly kind: 'literal'
  readonly type: 'null' | 'string' | 'number' | 'boolean' | 'guid' | 'date' | 'datetime'
  readonly value: string | number | bigint | boolean | null
  readonly position: number
}

/** A property, possibly behind navigation properties or a lambda's variable. */
export interface PathOperand {
  readonly kind: 'path'
  readonly names: readonly string[]
  readonly position: number
}

export type Operand = LiteralOperand | PathOperand

/** Arguments of a function in the namespace `Microsoft.Dynamics.CRM`, by name: a value or a list of values. */
export type FunctionArguments = ReadonlyMap<string, LiteralOperand | readonly LiteralOperand[]>

/** A `$filter` text, understood but not yet tied to a table. */
export type FilterExpression =
  | { readonly kind: 'and' | 'or'; readonly left: FilterExpression; readonly right: FilterExpression }
  | { readonly kind: 'not'; readonly operand: FilterExpression }
  | {
      readonly kind: 'comparison'
      readonly operator: Comparison
      readonly left: Operand
      readonly right: Operand
      readonly position: number
    }
  | {
      readonly kind: 'text'
      readonly function: TextFunction
      readonly subject: Operand
      readonly sought: Operand
      readonly position: number
    }
  | {
      readonly kind: 'lambda'
      readonly quantifier: 'any' | 'all'
      readonly path: PathOperand
      readonly variable: string | undefined
      readonly body: FilterExpression | undefined
    }
  | {
      readonly kind: 'function'
      readonly name: string
      readonly arguments: FunctionArguments
      readonly position: number
    }
  /** A yes/no property or literal that stands alone. */
  | { readonly kind: 'truth'; readonly operand: Operand }
