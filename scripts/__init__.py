"""What `make` calls: setting up, running and testing on one machine."""
