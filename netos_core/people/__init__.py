"""Who is let in and what acts for them: admission from a token, personal tokens, sessions, agents and their last use.

Owns the people page's facts and acts. Does not own what a role may do (access), nor how a token's signature is checked.
"""
