"""Operations: what an operator orders of one site, under its lock and in its journal."""
