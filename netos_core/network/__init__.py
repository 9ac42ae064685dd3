"""Network detail of circuits and sites: router interfaces, handoff ports, VLANs, BGP sessions, IP blocks.

Owns those rows, how their numbers and addresses are read, and which of them may not overlap. Does not own the routers
as machines (there is no inventory of devices), nor what an address costs.
"""
