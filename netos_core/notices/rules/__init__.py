"""Rules of notices: what kinds there are and who hears of them, how each wants to be told, how a message fares."""
