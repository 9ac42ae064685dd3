"""Notice letters: drafted from a contract, approved word for word, signed, served, and filed with their proof.

Owns the letter rows, the wording per method of notice, the PDF that is made of it, and how the signature of one fares.
Does not own the clause nor its deadline (`contracts`), what was decided (`renewals`), the files (`documents`), nor the
service that has letters signed (`vendors`). The wording is a template, not legal advice.
"""
