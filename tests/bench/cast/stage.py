"""Where a scenario plays: it asks for servers by name, and every process that it was given is gone
after the sample, so that each sample meets fresh ones and an empty Redis."""

import contextlib

from service.processes import short_directory

from . import peers, pictures
from .imagined import Embedded, Service
from .load import Load
from .nginx import Nginx
from .peers import Peer

IMAGINED = "imagined"


class Stage:
    def __init__(self, peers_folder, quick):
        self.peers_folder = peers_folder
        self.quick = quick
        self.known = {}  # what one sample leaves to later ones
        self._run = contextlib.ExitStack()
        self._sample = contextlib.ExitStack()
        self._loads = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._sample.close()
        self._run.close()

    def pick(self, full, quick):
        """How much of something."""
        return quick if self.quick else full

    def load(self, secure=False):
        """Kept for the whole run; drawn pictures included."""
        if secure not in self._loads:
            folder = self._run.enter_context(short_directory())
            pictures.draw(folder)
            load = Load(folder, secure)
            self._run.callback(load.close)
            self._loads[secure] = load
        return self._loads[secure]

    @contextlib.contextmanager
    def sample(self):
        try:
            yield
        finally:
            self._sample.close()  # an ExitStack is empty and usable afterwards

    def directory(self):
        """Kept for the whole run: ext4 without a journal steps around inodes that were free a moment
        ago, so after the removal of thousands of files the next sample would pay for it."""
        return self._run.enter_context(short_directory())

    def imagined(self, secure=False, **settings):
        return self._opened(Service, self.load(secure), **settings)

    def embedded(self):
        return self._opened(Embedded, self.load())

    def peer(self, name, **settings):
        def make(directory):
            return Peer(name, self.peers_folder, directory, self.load(), **settings)
        return self._opened(make)

    def nginx(self, answer):
        return self._opened(Nginx, answer)

    def server(self, name, works=True, concurrency=1000):
        """imagined or a peer, with or without a worker."""
        if name in peers.PEERS:
            return self.peer(name, works=works, concurrency=concurrency)
        roles = ("all",) if works else ("api",)
        return self.imagined(roles=roles, concurrency=concurrency)

    def _opened(self, make, *more, **settings):
        server = make(self.directory(), *more, **settings)
        self._sample.callback(server.close)
        return server
