"""What the rules of funds must know, as querysets: one id or all."""
