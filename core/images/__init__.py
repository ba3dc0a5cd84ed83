"""Reading image files safely, and what is made of their pixels."""
