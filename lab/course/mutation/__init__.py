"""How a right solution is made wrong in many small ways. `lab.course.mutants` is the door; here are the ways."""
