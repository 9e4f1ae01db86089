"""A whole demo service: titles, pictures, video, people, made from nothing."""
