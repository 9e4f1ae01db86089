"""The composition root and the infrastructure that every app stands on."""
