"""The network and how it learns: layers, gradients, optimisers, the training loop. NumPy only."""
