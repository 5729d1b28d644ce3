"""The console: what a duty officer and a liaison officer look at all night. One module a page, each with its routes."""
