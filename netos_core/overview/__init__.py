"""Overview: joins the features for reads only: circuit, provider and site pages, dashboard.

Owns no table and writes nothing; every figure names the record and the basis it rests on.
"""
