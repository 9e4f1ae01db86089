"""Movies and series: edited, published, listed."""
