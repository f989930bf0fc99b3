"""The demo clinic: installed only where DEMO is set, as `make run` does. Nothing outside imports it."""
