"""How runs look in a terminal, in a pipe and in a log."""
