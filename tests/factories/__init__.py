"""Objects for tests, made through the models and modules they will meet in life."""
