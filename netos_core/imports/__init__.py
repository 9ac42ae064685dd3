"""Spreadsheets into circuits, sites, contracts, providers and customers.

Owns: reading a sheet of any common make, finding its header, mapping its columns to our fields with honest
scores, turning cells into typed values, and the staged rows with every problem they have.

Does not own: what a circuit or a contract is (their features do), the write itself (`changes`), or carrier
invoices and outage mail, which have features of their own.
"""
