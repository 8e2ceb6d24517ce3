"""Personal medical accounts (个人账户): their entries, and the credit of each month."""
