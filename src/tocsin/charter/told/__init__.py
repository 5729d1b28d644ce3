"""What the law says, in plain words and as structs: the terminal, the pages and the JSON tell it from here."""
