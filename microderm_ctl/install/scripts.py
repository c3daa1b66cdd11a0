"""What is run on the board while its program is installed: small texts for MicroPython, which print one literal each.

Folders are named from the top of the board's files, without a slash in front.
"""

from typing import Final

LOOK: Final = """\
import gc, os, sys, machine, binascii
f = w = None
gc.collect()
os.chdir('/')
def text(name):
 try:
  with open(name) as file:
   return file.read(400)
 except OSError:
  return ''
try:
 from usb.device.cdc import CDCInterface
 usb = True
except ImportError:
 usb = False
print((sys.platform, tuple(sys.implementation[1][:3]), sys.implementation._machine, binascii.hexlify(machine.unique_id()).decode(),
 os.listdir(), text('program.txt'), text('crash.txt'), usb))
"""
"""Platform, version, name of the board, number of its flash chip, names at the top, two files, and whether USB can be ours.

What a session that broke off left open is closed first.
"""
FREE: Final = "import os; s = os.statvfs('/'); print(s[0] * s[3])"

REST: Final = """\
import machine
machine.Pin({pump}, machine.Pin.OUT, value=0)
machine.Pin({vent}, machine.Pin.OUT, value=0)
"""
REMOVE: Final = """\
import os
def gone(path):
 try:
  names = os.listdir(path)
 except OSError:
  names = None
 if names is None:
  os.remove(path)
  return
 for name in names:
  gone(path + '/' + name)
 os.rmdir(path)
for name in {names!r}:
 gone(name)
"""
FOLDERS: Final = """\
import os
for path in {paths!r}:
 try:
  os.mkdir(path)
 except OSError:
  os.stat(path)
"""
OPEN: Final = "f = open({path!r}, 'wb'); w = f.write"
WRITE: Final = "assert w({data!r}) == {length}"
CLOSE: Final = "f.close()"
HASHES: Final = """\
import binascii, hashlib
def digest(path):
 d = hashlib.sha256()
 try:
  with open(path, 'rb') as file:
   while True:
    part = file.read(1024)
    if not part:
     return binascii.hexlify(d.digest()).decode()
    d.update(part)
 except OSError:
  return ''
print([digest(path) for path in {paths!r}])
"""
"""SHA-256 of files as they lie there, '' where one cannot be read."""
RENAME: Final = "import os; os.rename({old!r}, {new!r})"
READ: Final = """\
import binascii
try:
 with open({path!r}, 'rb') as file:
  print(repr(binascii.hexlify(file.read({most})).decode()))
except OSError:
 print("''")
"""
RESET: Final = "import machine; machine.reset()"
