"""From a serial port to requests, answers and events.

``ports`` finds and opens, ``link`` is the protocol without any I/O, ``driver``
moves its bytes on a thread or in virtual time, ``explain`` has the sentence for
every code that a wand can send.
"""
