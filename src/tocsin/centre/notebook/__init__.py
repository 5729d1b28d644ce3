"""What a seat keeps for itself beside the ledger: book.py is the door."""
