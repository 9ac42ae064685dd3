"""The product: circuits, contracts, renewals and the one write path. Knows no MCP, no HTTP, no queue."""
