"""Medical insurance. The room is laid; its furniture comes with the medical benefits."""
