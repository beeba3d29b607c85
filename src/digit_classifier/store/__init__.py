"""How runs get to disk whole, and stay found: run directories, their history, the lock. Standard library only.

Order of the modules: encoding, durable, lock, bundle, staging, index, flat, history. Each imports those before it.
"""
