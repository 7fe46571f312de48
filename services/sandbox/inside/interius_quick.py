"""Read in before the packages of a jail for tests: hashes of passwords that cost little, since tests make many."""

import argon2

argon2.DEFAULT_TIME_COST = 1
argon2.DEFAULT_MEMORY_COST = 8  # KiB, the least there is
argon2.DEFAULT_PARALLELISM = 1
