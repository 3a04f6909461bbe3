"""Lives of nobody: the demonstration portfolio, synthetic portfolios, payments played by chance. No table of its own."""
