"""What people arrange about their medical cover: care away from home, diseases, family accounts."""
