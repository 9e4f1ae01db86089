"""Django REST framework, fitted to the conventions of this API."""
