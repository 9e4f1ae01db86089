"""Who may watch: people, profiles, devices, plans, packages."""
