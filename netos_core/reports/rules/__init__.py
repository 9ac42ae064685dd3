"""What stands where in a report, when one is due, and which figures of a text its sources bear out."""
