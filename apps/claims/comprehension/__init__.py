"""What a client writes, understood by rules: each value with the words that said it."""
