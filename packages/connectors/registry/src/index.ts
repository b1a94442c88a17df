export { connectorNames, isConnectorName, loadConnector } from './lib/registry.js'
