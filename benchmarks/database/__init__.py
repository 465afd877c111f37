"""Two systems and one database, on the box: releases with an expanding migration, under load."""
