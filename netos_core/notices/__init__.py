"""Who is told what, once: messages wait in an outbox written with the change that caused them."""
