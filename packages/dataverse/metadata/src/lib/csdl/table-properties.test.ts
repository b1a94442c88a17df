import { describe, expect, it } from 'vitest'
import { readTableProperties } from './table-properties.js'

const document = `<?xml version="1.0"?>
<edmx:Edmx><Schema Namespace="Microsoft.Dynamics.CRM" Alias='mscrm'>
<!-- <EntityType Name="expando"><Property Name="no" Type="Edm.Guid"/></EntityType> -->
<EntityType Name="crmbaseentity" Abstract="true"/>
<EntityType Name="team" BaseType="Microsoft.Dynamics.CRM.principal"><Key><PropertyRef Name="ownerid"/></Key>
<Property Name="name" Type="Edm.String" Note="a > b"><Annotation Term="x" String="/"/></Property>
<NavigationProperty Name="members" Type="Collection(mscrm.systemuser)"/>
</EntityType>
<EntityType BaseType='mscrm.crmbaseentity' Name='principal'><Property Type='Edm.Guid' Name='ownerid' /></EntityType>
<ComplexType Name="part"><Property Name="inner" Type="Edm.String"/></ComplexType>
<![CDATA[<EntityType Name="team"/>]]>
</Schema></edmx:Edmx>`

async function* inPieces(text: string, size: number) {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

describe('readTableProperties()', () => {
  it('reads the same however the document is cut', async () => {
    for (const size of [1, 2, 3, 7, 64, 10_000]) {
      const properties = await readTableProperties(inPieces(document, size), 10_000)
      expect([...properties.of('team')]).toEqual([
        ['ownerid', 'Edm.Guid'],
        ['name', 'Edm.String'],
      ])
      expect([...properties.of('crmbaseentity')]).toEqual([])
      expect(() => properties.of('expando')).toThrow(/no entity type 'expando'/)
      expect(() => properties.of('part')).toThrow(/no entity type 'part'/)
    }
  })

  it('refuses what is no such document, what breaks off and what is too large', async () => {
    const read = (text: string, most = 10_000) => readTableProperties(inPieces(text, 100), most)
    await expect(read('{"value":[]}')).rejects.toMatchObject({ code: 'bad-response' })
    await expect(read(`${document}<EntityType Name="`)).rejects.toThrow(/in the middle of a tag/)
    await expect(read(`<${'a'.repeat(70_000)}`, 200_000)).rejects.toThrow(/does not end/)
    await expect(read(document, 200)).rejects.toThrow(/larger than 200 bytes.*maxDocumentBytes/)
  })

  it('does not go round in types that derive from each other', async () => {
    const circle = '<EntityType Name="a" BaseType="x.b"/><EntityType Name="b" BaseType="x.a"/>'
    expect((await readTableProperties(inPieces(circle, 5), 1_000)).of('a').size).toBe(0)
  })
})
