"""How fast it is, beside what is known to be fast. Ratios within one run count, not seconds: machines differ."""
