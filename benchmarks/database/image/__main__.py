"""`scripts/database-image`."""

from benchmarks.database.image import main

main()
