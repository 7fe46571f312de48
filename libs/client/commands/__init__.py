"""The commands of ``interius``, one file for each group of them."""
