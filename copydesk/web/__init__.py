"""The index over HTTP: an API, feeds, and the pages. `copydesk.web.app.create_app` makes it."""
