"""Team review of mistakes: whom to ask about what, how far people agree, what follows from it."""
