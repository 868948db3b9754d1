"""The benchmarks behind `lab bench`: figures with the machine they were taken on, sides interleaved in one run."""
