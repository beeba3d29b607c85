"""Many runs: a plan of points, the engines that compute them, and what may be said of the results."""
