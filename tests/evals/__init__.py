"""How well agents do their work through NetOS: tasks on the sample data, each with an outcome that is checked.

A task asks what a person of an ISP asks. What must come of it is read from the database by SQL of its own, never
by the tools under test. A scripted agent shows that each task can be done within its budget of calls and tokens; a
model does the same tasks when there is a key for one.
"""
