"""What customers are billed, as the billing system has it, and which circuit, site or customer each service is of.

Owns the mirror of the billing system's accounts and services, the history of what each earns a month, and the
attributions people decide. Does not own the customers and circuits themselves, nor the revenue that is recorded on a
circuit by hand (circuits).
"""
