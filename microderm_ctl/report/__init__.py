"""A person's records as one page to print and to show to a professional.

``record`` gathers what is known into one plain value, ``page`` renders it; nothing is
known only to the page. ``charts`` and ``face`` draw, and know nothing of persons or stores.
"""
