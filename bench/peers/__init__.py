"""The programs we compare with: small, idiomatic, serving the same bytes."""
