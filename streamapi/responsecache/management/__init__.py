"""Commands for operators of the response cache."""
