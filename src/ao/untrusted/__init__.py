"""What somebody else wrote: made safe to print, and held within bounds."""
