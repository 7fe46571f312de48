"""Word lists of the offline reader, one kind of word a module."""
