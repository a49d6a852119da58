"""HTTP only: translate, never decide. `app` joins the routes, `server` runs it, `service` is what they share."""
