"""Quality and speed against published instances and peers; see `benchmarks/README.md`."""
