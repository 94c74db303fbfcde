# SPDX-License-Identifier: Apache-2.0
"""What stands between a program and its broker."""
import socket
import threading


class Relay:
    """Whoever connects is served by a thread of its own."""

    def __init__(self, port):
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)  # it ends accept()
        self.listener.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        """For the kinds of it to say."""
        raise NotImplementedError

    def pass_on(self, client, broker):
        """In both directions, until either side ends."""
        threading.Thread(target=self.pass_one_way, args=(broker, client), daemon=True).start()
        self.pass_one_way(client, broker)

    @staticmethod
    def pass_one_way(source, sink):
        try:
            while octets := source.recv(65536):
                sink.sendall(octets)
        except OSError:
            pass
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
