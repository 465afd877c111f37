"""Input that somebody else wrote: made safe to print, and held within bounds."""
