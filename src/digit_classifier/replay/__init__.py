"""Train a stored run again and say how alike the results are."""
