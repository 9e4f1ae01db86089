"""From press play to continue watching: assets, sessions, delivery."""
