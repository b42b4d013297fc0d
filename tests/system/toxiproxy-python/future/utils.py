"""What toxiproxy-python takes from the package future."""


def raise_with_traceback(error):
    raise error


def viewitems(mapping):
    return mapping.items()


def listvalues(mapping):
    return list(mapping.values())
