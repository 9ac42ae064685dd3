"""The notice centre: what went to whom and how it fares, dead messages sent again, how each wants to be told.

Owns what people see and set. The outbox itself, its rules and its delivery are ground under every feature: `notices`.
"""
