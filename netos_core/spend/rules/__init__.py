"""What months to come and months gone by are made of."""
