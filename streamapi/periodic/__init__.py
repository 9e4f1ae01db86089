"""What happens by the clock: one table of jobs, and the process that runs them."""
