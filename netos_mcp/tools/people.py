"""Who works here and what each role may do. Nothing here changes anyone's access."""

from __future__ import annotations

from netos_core.people import operations as people
from netos_mcp.answers import Published

NAME = "people"
TOOLSET = (
    Published(
        people.list_people,
        "List people and agents with roles, last use, sessions and tokens. Needs a role that reads people; access "
        'is changed only on the page. Example: {"active": true}.',
        toolset=NAME,
    ),
    Published(
        people.get_person,
        "Show the person you act for, or another one where their role manages people. Without email it is your own. "
        'Example: {"email": "dana.whitfield@xiber.example"}.',
        toolset=NAME,
    ),
    Published(
        people.list_rights,
        "Show what each role may read, see, propose, approve and run: whom to ask after forbidden_scope. Takes no "
        "argument: {}.",
        toolset=NAME,
    ),
)
