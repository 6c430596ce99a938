"""The proof that inputs several times as large as the memory are read, filtered, sorted and correlated."""
