"""The bundled sample API, for the tour, the tests and the benchmarks."""
