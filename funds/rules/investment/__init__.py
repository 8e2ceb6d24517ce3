"""How pension money may be invested, what it is worth, what it earned, and whose the return is.

基本养老保险基金投资管理办法（国发〔2015〕48号）: regions entrust money to a trustee, who mandates
managers; a custodian keeps what they buy and says every day what there is.
"""
