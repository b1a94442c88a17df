import { describe, expect, it } from 'vitest'
import { create } from 'xmlbuilder2'
import { createMetadataFixture, serviceRoot } from './metadata-fixture.js'

const { get, call } = createMetadataFixture({ account: [{ accountid: 'a' }, { accountid: 'b' }] })

describe('service document', () => {
  it('lists the entity sets', () => {
    const { status, json } = get('')
    expect(status).toBe(200)
    expect(json['@odata.context']).toBe(`${serviceRoot}/$metadata`)
    expect(json.value).toContainEqual({ name: 'accounts', kind: 'EntitySet', url: 'accounts' })
  })
})

describe('EntityDefinitions', () => {
  it('finds the tables with change tracking on', () => {
    const { json } = get('EntityDefinitions?$select=SchemaName&$filter=ChangeTrackingEnabled%20eq%20true')
    expect(json['@odata.context']).toBe(`${serviceRoot}/$metadata#EntityDefinitions(SchemaName)`)
    const names = json.value.map((each: { SchemaName: string }) => each.SchemaName)
    expect(names).toContain('Account')
    expect(names).not.toContain('Organization')
    expect(Object.keys(json.value[0]).sort()).toEqual(['MetadataId', 'SchemaName'])
  })

  it('filters by managed properties, enums, and, or, not', () => {
    const names = (filter: string): string[] =>
      get(`EntityDefinitions?$select=LogicalName&$filter=${encodeURIComponent(filter)}`).json.value.map(
        (each: { LogicalName: string }) => each.LogicalName,
      )
    expect(names('ChangeTrackingEnabled eq false and CanChangeTrackingBeEnabled/Value eq false')).toEqual([
      'organization',
      'fileattachment',
    ])
    const unowned = "OwnershipType eq Microsoft.Dynamics.CRM.OwnershipTypes'None'"
    expect(names(`${unowned} and IsIntersect eq false`)).toEqual([
      'organization',
      'activityparty',
      'bulkdeletefailure',
      'fileattachment',
    ])
    expect(names('IsIntersect')).toEqual(['accountleads', 'contactleads', 'leadproduct', 'teammembership'])
    expect(names("LogicalName eq 'account' or LogicalName eq 'contact'")).toEqual(['account', 'contact'])
    expect(names('not (IsActivity ne true)')).toEqual(['task', 'email', 'phonecall', 'appointment'])
    expect(names('IsActivity')).toEqual(['task', 'email', 'phonecall', 'appointment'])
    expect(names("EntitySetName eq 'accounts' and IsCustomEntity eq false")).toEqual(['account'])
  })

  it.each([
    ["Nope eq 'x'", 400],
    ["DisplayName eq 'Account'", 400],
    ["contains(LogicalName,'a')", 501],
    ['ObjectTypeCode gt 5', 501],
    ['LogicalName eq SchemaName', 501],
  ])('refuses the filter %s', (filter, status) => {
    expect(get(`EntityDefinitions?$filter=${encodeURIComponent(filter)}`).status).toBe(status)
  })

  it.each(['$top=1', '$orderby=LogicalName', '$expand=Nope', '$select=Nope'])('refuses %s', (query) => {
    expect(get(`EntityDefinitions?${query}`)).toMatchObject({ status: 400 })
  })

  it('gives one table by name and by id', () => {
    const byName = get(
      "EntityDefinitions(LogicalName='account')?$select=EntitySetName,CanChangeTrackingBeEnabled",
    )
    expect(byName.json).toMatchObject({
      '@odata.context': `${serviceRoot}/$metadata#EntityDefinitions(EntitySetName,CanChangeTrackingBeEnabled)/$entity`,
      EntitySetName: 'accounts',
      CanChangeTrackingBeEnabled: {
        Value: true,
        CanBeChanged: true,
        ManagedPropertyLogicalName: 'canchangetrackingbeenabled',
      },
    })
    const byId = get(`EntityDefinitions(${byName.json.MetadataId})`)
    expect(byId.json).toMatchObject({
      '@odata.context': `${serviceRoot}/$metadata#EntityDefinitions/$entity`,
      LogicalName: 'account',
      PrimaryIdAttribute: 'accountid',
      PrimaryNameAttribute: 'name',
      ObjectTypeCode: 1,
      OwnershipType: 'UserOwned',
      IsOptimisticConcurrencyEnabled: true,
      DisplayName: { UserLocalizedLabel: { Label: 'Account', LanguageCode: 1033 } },
    })
    expect(get("EntityDefinitions(LogicalName='account')/ChangeTrackingEnabled").json.value).toBe(true)
  })

  it.each([
    ["EntityDefinitions(LogicalName='nope')", 404],
    ['EntityDefinitions(00000000-0000-0000-0000-000000000000)', 404],
    ["EntityDefinitions(Name='account')", 400],
    ["EntityDefinitions(LogicalName='account')/Nope", 404],
    ["EntityDefinitions(LogicalName='account')/Attributes(LogicalName='nope')", 404],
    ["EntityDefinitions(LogicalName='account')/Keys(LogicalName='nope')", 404],
    ['EntityDefinitions/Attributes', 404],
  ])('answers %s with %i', (path, status) => {
    expect(get(path).status).toBe(status)
  })

  it('expands attributes and keys', () => {
    const query = '$select=LogicalName&$expand=Keys($select=KeyAttributes),Attributes($select=LogicalName)'
    const { json } = get(`EntityDefinitions(LogicalName='product')?${query}`)
    expect(json['@odata.context']).toContain(
      '(LogicalName,Keys(KeyAttributes),Attributes(LogicalName))/$entity',
    )
    expect(json.Keys).toMatchObject([{ KeyAttributes: ['productnumber'] }])
    expect(json.Attributes).toContainEqual({
      '@odata.type': '#Microsoft.Dynamics.CRM.StringAttributeMetadata',
      LogicalName: 'productnumber',
      MetadataId: expect.any(String),
    })
  })
})

describe('Attributes', () => {
  const path = "EntityDefinitions(LogicalName='contact')/Attributes"

  it('marks each attribute with its type', () => {
    const { json } = get(`${path}?$select=LogicalName,AttributeType,AttributeTypeName`)
    expect(json['@odata.context']).toBe(
      `${serviceRoot}/$metadata#EntityDefinitions('contact')/Attributes(LogicalName,AttributeType,AttributeTypeName)`,
    )
    const types = Object.fromEntries(
      json.value.map((each: Record<string, unknown>) => [
        each.LogicalName,
        [each['@odata.type'], each.AttributeType, (each.AttributeTypeName as { Value: string }).Value],
      ]),
    )
    const crm = '#Microsoft.Dynamics.CRM.'
    expect(types.parentcustomerid).toEqual([`${crm}LookupAttributeMetadata`, 'Customer', 'CustomerType'])
    expect(types.ownerid).toEqual([`${crm}LookupAttributeMetadata`, 'Owner', 'OwnerType'])
    expect(types.versionnumber).toEqual([`${crm}BigIntAttributeMetadata`, 'BigInt', 'BigIntType'])
    expect(types.statecode).toEqual([`${crm}StateAttributeMetadata`, 'State', 'StateType'])
    expect(types.contactid).toEqual([
      `${crm}UniqueIdentifierAttributeMetadata`,
      'Uniqueidentifier',
      'UniqueidentifierType',
    ])
  })

  it('keeps members of a type for after the cast', () => {
    expect(get(`${path}?$select=MaxLength`).status).toBe(400)
    const cast = 'Microsoft.Dynamics.CRM.StringAttributeMetadata'
    const { json } = get(`${path}(LogicalName='lastname')/${cast}?$select=MaxLength`)
    expect(json).toMatchObject({
      '@odata.context': `${serviceRoot}/$metadata#EntityDefinitions('contact')/Attributes/${cast}(MaxLength)/$entity`,
      MaxLength: 50,
    })
    expect(get(`${path}(LogicalName='birthdate')/${cast}`).status).toBe(404)
  })

  it('expands the options of choices, states and statuses as recorded', () => {
    const expand = '$select=LogicalName&$expand=OptionSet($select=Options)'
    const list = get(`${path}/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?${expand}`)
    expect(list.json['@odata.context']).toBe(
      `${serviceRoot}/$metadata#EntityDefinitions('contact')/Attributes/` +
        'Microsoft.Dynamics.CRM.PicklistAttributeMetadata(LogicalName,OptionSet(Options))',
    )
    const family = list.json.value.find(
      (each: { LogicalName: string }) => each.LogicalName === 'familystatuscode',
    )
    expect(family.OptionSet.Options[0]).toMatchObject({
      Value: 1,
      Color: null,
      ParentValues: [],
      Label: { UserLocalizedLabel: { Label: 'Single', LanguageCode: 1033, HasChanged: null } },
      Description: { LocalizedLabels: [], UserLocalizedLabel: null },
    })
    const states = get(`${path}/Microsoft.Dynamics.CRM.StateAttributeMetadata?${expand}`)
    expect(states.json.value[0].OptionSet.Options[1]).toMatchObject({
      '@odata.type': '#Microsoft.Dynamics.CRM.StateOptionMetadata',
      Value: 1,
      DefaultStatus: 2,
      InvariantName: 'Inactive',
    })
    const statuses = get(`${path}/Microsoft.Dynamics.CRM.StatusAttributeMetadata?${expand}`)
    expect(statuses.json.value[0].OptionSet.Options[1]).toMatchObject({
      '@odata.type': '#Microsoft.Dynamics.CRM.StatusOptionMetadata',
      State: 1,
      TransitionData: null,
    })
  })

  it('refuses the abstract cast and the expansion of options without a cast', () => {
    expect(get(`${path}/Microsoft.Dynamics.CRM.EnumAttributeMetadata`).status).toBe(400)
    expect(get(`${path}?$expand=OptionSet`).status).toBe(400)
    expect(get(`${path}/Microsoft.Dynamics.CRM.StringAttributeMetadata?$expand=OptionSet`).status).toBe(400)
  })

  it('filters attributes and tells lookup targets', () => {
    const filter = encodeURIComponent("AttributeType eq Microsoft.Dynamics.CRM.AttributeTypeCode'Customer'")
    const { json } = get(`${path}?$filter=${filter}`)
    expect(json.value).toMatchObject([{ LogicalName: 'parentcustomerid', Targets: ['account', 'contact'] }])
  })
})

describe('relationships', () => {
  it('tells both navigation properties and what deletion does', () => {
    const { json } = get("EntityDefinitions(LogicalName='contact')/ManyToOneRelationships")
    expect(json.value).toContainEqual(
      expect.objectContaining({
        SchemaName: 'contact_customer_accounts',
        ReferencedEntity: 'account',
        ReferencedAttribute: 'accountid',
        ReferencedEntityNavigationPropertyName: 'contact_customer_accounts',
        ReferencingEntity: 'contact',
        ReferencingAttribute: 'parentcustomerid',
        ReferencingEntityNavigationPropertyName: 'parentcustomerid_account',
        CascadeConfiguration: expect.objectContaining({ Delete: 'Cascade' }),
      }),
    )
  })

  it('shows the same relationship from the other side', () => {
    const filter = encodeURIComponent("SchemaName eq 'contact_customer_accounts'")
    const path = "EntityDefinitions(LogicalName='account')/OneToManyRelationships"
    expect(get(`${path}?$filter=${filter}&$select=ReferencingEntity`).json.value).toMatchObject([
      { ReferencingEntity: 'contact' },
    ])
  })

  it('shows many-to-many relationships from both sides', () => {
    const path = (table: string): string =>
      `EntityDefinitions(LogicalName='${table}')/ManyToManyRelationships`
    expect(get(path('account')).json.value).toEqual([
      expect.objectContaining({
        SchemaName: 'accountleads_association',
        RelationshipType: 'ManyToManyRelationship',
        Entity1LogicalName: 'account',
        Entity1IntersectAttribute: 'accountid',
        Entity1NavigationPropertyName: 'accountleads_association',
        Entity2LogicalName: 'lead',
        Entity2IntersectAttribute: 'leadid',
        Entity2NavigationPropertyName: 'accountleads_association',
        IntersectEntityName: 'accountleads',
      }),
    ])
    const filter = encodeURIComponent("Entity1LogicalName eq 'account'")
    expect(get(`${path('lead')}?$select=IntersectEntityName&$filter=${filter}`).json.value).toMatchObject([
      { IntersectEntityName: 'accountleads' },
    ])
    const expanded = get("EntityDefinitions(LogicalName='team')?$expand=ManyToManyRelationships").json
    expect(expanded.ManyToManyRelationships).toMatchObject([{ IntersectEntityName: 'teammembership' }])
    expect(get(path('task')).json.value).toEqual([])
  })
})

describe('$metadata', () => {
  it('is well-formed CSDL with keys, properties, navigation and bindings', () => {
    const { status, headers, text } = get('$metadata')
    expect(status).toBe(200)
    expect(headers).toEqual({ 'Content-Type': 'application/xml' })
    expect(() => create(text)).not.toThrow()
    expect(text).toContain('<EntityType Name="account" BaseType="mscrm.crmbaseentity">')
    expect(text).toContain('<EntityType Name="systemuser" BaseType="mscrm.principal">')
    expect(text).toContain('<EntityType Name="task" BaseType="mscrm.activitypointer">')
    expect(text).toContain('<Property Name="_primarycontactid_value" Type="Edm.Guid"/>')
    expect(text).toContain('<Property Name="versionnumber" Type="Edm.Int64"/>')
    expect(text).toContain('<Property Name="birthdate" Type="Edm.Date"/>')
    expect(text).toContain(
      '<NavigationProperty Name="teammembership_association" Type="Collection(mscrm.systemuser)" Partner="teammembership_association"/>',
    )
    expect(text).toContain(
      '<NavigationPropertyBinding Path="teammembership_association" Target="systemusers"/>',
    )
    expect(text).toMatch(
      /<EntityType Name="teammembership" BaseType="mscrm.crmbaseentity">\s*<Key>\s*<PropertyRef Name="teammembershipid"\/>\s*<\/Key>(\s*<Property Name="\w+" Type="Edm.(Guid|Int64)"\/>){4}\s*<\/EntityType>/,
    )
    expect(text).toMatch(
      /<NavigationProperty Name="parentcustomerid_account" Type="mscrm.account" Nullable="false" Partner="contact_customer_accounts">\s*<ReferentialConstraint Property="_parentcustomerid_value" ReferencedProperty="accountid"\/>/,
    )
    expect(text).toContain(
      '<NavigationProperty Name="contact_customer_accounts" Type="Collection(mscrm.contact)" Partner="parentcustomerid_account"/>',
    )
    expect(text).toContain('<NavigationPropertyBinding Path="primarycontactid" Target="contacts"/>')
    expect(text).toContain('<PropertyValue Property="Name" PropertyPath="productnumber"/>')
    expect(text).not.toContain('ChangeTracking')
  })

  it('tells of change tracking when annotations are asked for either way', () => {
    const annotated =
      /<EntitySet Name="accounts"[\s\S]*?ChangeTracking[\s\S]*?Bool="true"[\s\S]*?<\/EntitySet>/
    expect(get('$metadata?annotations=true').text).toMatch(annotated)
    const prefer = { prefer: 'odata.include-annotations="*"' }
    expect(call('GET', '$metadata', undefined, prefer).text).toMatch(annotated)
  })
})

describe('functions of the organization', () => {
  it('answers WhoAmI with the recommended parallelism', () => {
    for (const path of ['WhoAmI', 'WhoAmI()']) {
      const { json, headers } = get(path)
      expect(json).toMatchObject({ UserId: 'user', BusinessUnitId: 'unit', OrganizationId: 'organization' })
      expect(headers).toHaveProperty('x-ms-dop-hint')
    }
  })

  it('counts rows by table', () => {
    const { json } = get('RetrieveTotalRecordCount(EntityNames=@p1)?@p1=%5B%22account%22,%22contact%22%5D')
    expect(json.EntityRecordCountCollection).toEqual({
      Count: 2,
      IsReadOnly: false,
      Keys: ['account', 'contact'],
      Values: [2, 0],
    })
    expect(get("RetrieveTotalRecordCount(EntityNames=['account'])").status).toBe(200)
    expect(get('RetrieveTotalRecordCount(EntityNames=@p1)').status).toBe(400)
    expect(get('RetrieveTotalRecordCount(EntityNames=@p1)?@p1=["nope"]').json.code).toBe('0x80072493')
  })

  it('tells version and organization', () => {
    expect(get('RetrieveVersion').json.Version).toMatch(/^9\.2/)
    const { json } = get(
      "RetrieveCurrentOrganization(AccessType=@p1)?@p1=Microsoft.Dynamics.CRM.EndpointAccessType'Default'",
    )
    expect(json.Detail).toMatchObject({ OrganizationId: 'organization', State: 'Enabled' })
  })

  it('publishes without a body in the answer', () => {
    expect(call('POST', 'PublishXml', { ParameterXml: '<importexportxml/>' })).toMatchObject({
      status: 204,
      text: '',
    })
    expect(call('POST', 'PublishXml', {}).status).toBe(400)
    expect(call('POST', 'PublishAllXml').status).toBe(204)
    expect(get('PublishAllXml').status).toBe(405)
    expect(call('POST', 'WhoAmI').status).toBe(404)
  })

  it('leaves other addresses alone and says what is missing', () => {
    expect(get('accounts').status).toBe(0)
    expect(get('WhoAmI/x').status).toBe(0)
    expect(get('constructor').status).toBe(0)
    expect(get('RelationshipDefinitions')).toMatchObject({
      status: 501,
      text: expect.stringContaining('RelationshipDefinitions'),
    })
    expect(get('RetrieveMetadataChanges(Query=@p1)').status).toBe(501)
  })
})
