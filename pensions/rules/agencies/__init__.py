"""The old-age pension of government agencies and institutions (机关事业单位养老保险). 国发〔2015〕2号.

Since 2014-10-01 as for employees, with an occupational annuity besides. Who had worked before and
retired within ten years was compared with the old method; who retired before stays with it.
"""
