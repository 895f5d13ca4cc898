# SPDX-License-Identifier: Apache-2.0
"""A small disk of its own, to be filled: ext4 on a loop device, mounted for this process only.

The mount lives in a mount namespace of its own, and the kernel frees the loop device with it: so
nothing is left behind, however this ends.
"""

import ctypes
import errno
import os
import shutil
import subprocess

from workplace import Skip

_CLONE_NEWNS, _MS_REC, _MS_PRIVATE = 0x00020000, 0x4000, 1 << 18
_libc = ctypes.CDLL(None, use_errno=True)


class Disk:
    def __init__(self, place, mebibytes):
        if os.geteuid() != 0:
            raise Skip("mounting a disk needs root")
        if not shutil.which("mkfs.ext4"):
            raise Skip("mkfs.ext4 is not installed")
        image, self.path = place.file("disk.img"), place.file("disk")
        with open(image, "wb") as file:
            file.truncate(mebibytes << 20)
        place.run(["mkfs.ext4", "-q", "-F", "-m", "0", image])
        os.mkdir(self.path)
        self._own_namespace()
        done = subprocess.run(
            ["mount", "-o", "loop", image, self.path], capture_output=True, check=False
        )
        if done.returncode != 0:
            raise Skip(f"loop devices cannot be mounted here: {done.stderr.decode().strip()}")
        place.callback(subprocess.run, ["umount", "-l", self.path], check=False)
        self.ballast = os.path.join(self.path, "ballast")

    @staticmethod
    def _own_namespace():
        if _libc.unshare(_CLONE_NEWNS) != 0:
            raise Skip(f"no mount namespace: {os.strerror(ctypes.get_errno())}")
        if _libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None) != 0:
            raise Skip(f"no private mounts: {os.strerror(ctypes.get_errno())}")

    def fill(self):
        """Leaves no room, to the last block."""
        with open(self.ballast, "ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1 << 10):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError as problem:
                    if problem.errno != errno.ENOSPC:
                        raise

    def free(self):
        os.remove(self.ballast)
