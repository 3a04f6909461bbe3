"""The door of the back office: sign-in in two steps, the page of one's second factor, and the end of sessions."""
