"""Look at network detail: five lists, and the one way to read a key."""

from __future__ import annotations

from netos_core.kernel.context import Context
from netos_core.kernel.operation import Effect, operation
from netos_core.network import schemas as s
from netos_core.network.queries import details, lists


@operation(Effect.READ)
def search_interfaces(ctx: Context, request: s.SearchInterfaces) -> s.InterfaceList:
    """List router interfaces by router, site or circuit."""
    return lists.interfaces(ctx, request)


@operation(Effect.READ)
def search_handoff_ports(ctx: Context, request: s.SearchPorts) -> s.PortList:
    """List handoff ports by site, circuit or status; free ones are where a circuit can go."""
    return lists.ports(ctx, request)


@operation(Effect.READ)
def search_vlans(ctx: Context, request: s.SearchVlans) -> s.VlanList:
    """List VLANs by number, scope, site or circuit."""
    return lists.vlans(ctx, request)


@operation(Effect.READ)
def search_bgp_sessions(ctx: Context, request: s.SearchBgpSessions) -> s.BgpList:
    """List BGP sessions by AS number, address or circuit. Says whether a key is set, never which."""
    return lists.sessions(ctx, request)


@operation(Effect.READ)
def search_ip_blocks(ctx: Context, request: s.SearchIpBlocks) -> s.BlockList:
    """List IP blocks by the addresses they hold or lie in, role, site, circuit or customer."""
    return lists.blocks(ctx, request)


@operation(Effect.READ, right="see:keys", page_only=True)
def get_bgp_key(ctx: Context, request: s.GetBgpKey) -> s.BgpKey:
    """Open the MD5 key of a BGP session. On the page only, and noted in the trail: no agent reads a key."""
    ref, sealed = details.sealed_key(ctx, request.ref)
    return s.BgpKey(ref=ref, md5_key=ctx.keys.open_alike(s.MD5, sealed) if sealed else None)
