"""What turns the chapters into the published page."""
