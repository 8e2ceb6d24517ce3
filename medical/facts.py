"""What the rules of medical must know, as querysets: one id or all."""
