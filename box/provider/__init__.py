"""An Octavia provider: what an amphora does, by an HAProxy in a network namespace of this machine.

It is installed in the environment that OpenStack runs from. `driver` is its part in Octavia's API,
`agent` the part that does the work.
"""
