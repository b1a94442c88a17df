import { deterministicId } from '../schema/deterministic-id.js'
import type { Column, Table } from '../schema/table.js'
import type { OptionDefinition } from '../schema/table-definition.js'
import { createLabel } from './label.js'
import { managed } from './managed-property.js'

const crm = '#Microsoft.Dynamics.CRM.'

/** The `OptionSet` of a choice, state, status or yes/no column. */
export function toOptionSetMetadata(column: Column, table: Table): Record<string, unknown> {
  const name = `${table.logicalName}_${column.logicalName}`
  const isManaged = !table.isCustom
  const base = {
    MetadataId: deterministicId(`optionset:${name}`),
    HasChanged: null,
    IsCustomOptionSet: !isManaged,
    IsGlobal: false,
    IsManaged: isManaged,
    Name: name,
    ExternalTypeName: null,
    OptionSetType: optionSetType(column),
    IntroducedVersion: null,
    Description: createLabel(undefined, name, isManaged),
    DisplayName: createLabel(column.displayName, `optionset:${name}`, isManaged),
    IsCustomizable: managed(true, 'iscustomizable'),
  }
  const options = column.options.map((option) => toOption(option, column, name, isManaged))
  if (column.type === 'boolean') {
    return { ...base, FalseOption: options[0] ?? null, TrueOption: options[1] ?? null }
  }
  return { ...base, ParentOptionSetName: null, Options: options }
}

function optionSetType({ type }: Column): string {
  if (type === 'boolean') return 'Boolean'
  return type === 'state' ? 'State' : type === 'status' ? 'Status' : 'Picklist'
}

function toOption(
  option: OptionDefinition,
  { type }: Column,
  optionSet: string,
  isManaged: boolean,
): Record<string, unknown> {
  return {
    ...(type === 'state' ? { '@odata.type': `${crm}StateOptionMetadata` } : {}),
    ...(type === 'status' ? { '@odata.type': `${crm}StatusOptionMetadata` } : {}),
    Value: option.value,
    Color: null,
    IsManaged: isManaged,
    ExternalValue: null,
    ParentValues: [],
    Tag: null,
    IsHidden: false,
    MetadataId: null,
    HasChanged: null,
    ...(type === 'state' ? { DefaultStatus: option.defaultStatus ?? null, InvariantName: option.label } : {}),
    ...(type === 'status' ? { State: option.state ?? 0, TransitionData: null } : {}),
    Label: createLabel(option.label, `option:${optionSet}:${option.value}`, isManaged),
    Description: createLabel(undefined, optionSet, isManaged),
  }
}
