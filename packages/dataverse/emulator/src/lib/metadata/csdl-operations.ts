import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.js'

interface OperationShape {
  readonly kind: 'Function' | 'Action'
  readonly name: string
  readonly parameters: Readonly<Record<string, string>>
  /** The properties of the complex type that a function returns. */
  readonly returns?: Readonly<Record<string, string>>
}

const operations: readonly OperationShape[] = [
  {
    kind: 'Function',
    name: 'WhoAmI',
    parameters: {},
    returns: { BusinessUnitId: 'Edm.Guid', UserId: 'Edm.Guid', OrganizationId: 'Edm.Guid' },
  },
  { kind: 'Function', name: 'RetrieveVersion', parameters: {}, returns: { Version: 'Edm.String' } },
  {
    kind: 'Function',
    name: 'RetrieveTotalRecordCount',
    parameters: { EntityNames: 'Collection(Edm.String)' },
    returns: { EntityRecordCountCollection: 'mscrm.EntityRecordCountCollection' },
  },
  { kind: 'Action', name: 'PublishXml', parameters: { ParameterXml: 'Edm.String' } },
  { kind: 'Action', name: 'PublishAllXml', parameters: {} },
]

const complexTypes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  BooleanManagedProperty: {
    Value: 'Edm.Boolean',
    CanBeChanged: 'Edm.Boolean',
    ManagedPropertyLogicalName: 'Edm.String',
  },
  EntityRecordCountCollection: {
    Count: 'Edm.Int32',
    IsReadOnly: 'Edm.Boolean',
    Keys: 'Collection(Edm.String)',
    Values: 'Collection(Edm.Int64)',
  },
}

/** Adds the operations that the emulator has, and the complex types that they return. */
export function addOperations(types: XMLBuilder): void {
  for (const [name, properties] of Object.entries(complexTypes)) addComplexType(types, name, properties)
  for (const { kind, name, parameters, returns } of operations) {
    if (returns !== undefined) addComplexType(types, `${name}Response`, returns)
    const operation = types.ele(kind, { Name: name })
    for (const [parameter, type] of Object.entries(parameters)) {
      operation.ele('Parameter', { Name: parameter, Type: type, Nullable: 'false' })
    }
    if (returns !== undefined) {
      operation.ele('ReturnType', { Type: `mscrm.${name}Response`, Nullable: 'false' })
    }
  }
}

function addComplexType(types: XMLBuilder, name: string, properties: Readonly<Record<string, string>>): void {
  const type = types.ele('ComplexType', { Name: name })
  for (const [property, edmType] of Object.entries(properties)) {
    type.ele('Property', { Name: property, Type: edmType })
  }
}

/** Makes the operations callable without a binding. */
export function addOperationImports(container: XMLBuilder): void {
  for (const { kind, name } of operations) {
    container.ele(`${kind}Import`, { Name: name, [kind]: `Microsoft.Dynamics.CRM.${name}` })
  }
}
