"""The texts on which the lines of a settlement rest."""

LAW = "社会保险法第二十八条"
LAW_PLAN = "国发〔1998〕44号；国发〔2016〕3号"
LAW_AWAY = "医保发〔2022〕22号"
LAW_ORDER = "国办发〔2021〕42号"
LAW_ACCOUNT = "国办发〔2021〕14号"
