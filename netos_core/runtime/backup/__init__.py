"""Backup and restore: database, documents, mail in files and keys together, in one private file.

Owns the format of that file, what goes into it, how it is put back, and the rows of the trail that say when
it was done. Does not own the settings of an installation, which live in its environment, nor the schema,
which `migrate` brings to any revision.
"""
