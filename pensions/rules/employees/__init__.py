"""The old-age pension of the employees' scheme (职工基本养老保险), part by part.

国发〔2005〕38号, article 6: a basic pension from the pooled fund, a pension from the individual
account, and for those who worked before accounts began a transitional pension. Provinces add
supplements, count years and round in their own ways; each difference is a dated setting of the
policy files, so that there is one rule for all.
"""
