"""What is measured: captures and logs made by arithmetic, the same bytes each time."""
