"""The demo clinic: its texts beside this file, and what puts them into a database and takes them out."""
