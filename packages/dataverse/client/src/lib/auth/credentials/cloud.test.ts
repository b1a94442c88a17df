import { describe, expect, it } from 'vitest'
import { cloudForUrl } from './cloud.js'

describe('cloudForUrl()', () => {
  it.each([
    ['https://contoso.crm.dynamics.com', 'public'],
    ['https://contoso.api.crm4.dynamics.com/api/data/v9.2', 'public'],
    ['https://gcc.crm9.dynamics.com', 'public'],
    ['https://agency.crm.microsoftdynamics.us', 'us-government'],
    ['https://agency.crm.appsplatform.us', 'us-dod'],
    ['https://contoso.crm.dynamics.cn', 'china'],
    ['https://crm.dynamics.cn.evil.example', 'public'],
    ['http://127.0.0.1:3000', 'public'],
  ])('%s is %s', (url, cloud) => {
    expect(cloudForUrl(url)).toBe(cloud)
  })
})
