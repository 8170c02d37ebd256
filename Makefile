# A thin alias of ./balai for those whose fingers know make.
.PHONY: demo test check bench lint help
demo test check bench lint help:
	./balai $@
