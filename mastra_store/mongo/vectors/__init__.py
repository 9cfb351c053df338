"""Vectors on MongoDB: found by Atlas' indexes where there are such, else by looking at each."""
