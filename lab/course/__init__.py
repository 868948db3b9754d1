"""The course engine: exercises, the learner's files, checks and their verdicts. It knows nothing of terminals."""
