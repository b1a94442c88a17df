export {
  connectorAt,
  connectorNames,
  type FoundConnector,
  isConnectorName,
  loadConnector,
} from './lib/registry.js'
