"""What the rules of assistance must know, as querysets: one id or all."""
