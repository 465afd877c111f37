"""Certificates of X.509, with and without their keys: values that ask nothing."""
