"""Social assistance and welfare. The room is laid; its furniture comes with the programmes."""
