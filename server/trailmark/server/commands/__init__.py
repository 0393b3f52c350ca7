"""The commands of `trailmark` that need the server, one module each. They load it when they are called."""
