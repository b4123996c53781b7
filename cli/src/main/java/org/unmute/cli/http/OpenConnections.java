package org.unmute.cli.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The open connections of a server, bounded in number and in time. Those that have not shown the secret of the page are
 * counted apart, so that they cannot displace those that have. Thread-safe.
 */
public final class OpenConnections {
    /** Of each kind; a browser opens six. */
    private static final int MAX = 1024;

    /** What a stranger has to show the secret, from when its thread began, before another one takes its place. */
    private static final long LEAST_NANOS = 1_000_000_000L;

    /** Bytes of a refused request that are dropped, of this many parts. */
    private static final int DROPPED = 16;

    /** From the acceptance of a connection until its first request is complete. */
    private static final long STRANGER_NANOS = 5_000_000_000L;
    /** Without a byte in either direction; longer than the time between two signs of life of the page. */
    private static final long KNOWN_NANOS = 75_000_000_000L;

    private static final int CHUNK = 1 << 16;

    private final Set<Connection> strangers = new LinkedHashSet<>();
    private final Set<Connection> refused = new LinkedHashSet<>();
    private final Set<Connection> known = new LinkedHashSet<>();

    /** One connection. It is closed when its time is over, which ends a read or a write that waits. */
    public final class Connection implements Closeable {
        private final Socket socket;
        private volatile long deadline = System.nanoTime() + STRANGER_NANOS;
        /** 0 until its thread reads. */
        private volatile long begun;

        private volatile boolean answering;

        private Connection(Socket socket) {
            this.socket = socket;
        }

        /** What is read, from now on. */
        public InputStream begin() throws IOException {
            begun = System.nanoTime();
            return socket.getInputStream();
        }

        /** Notes that it has shown the secret. */
        public void admit() {
            renew();
            synchronized (OpenConnections.this) {
                strangers.remove(this);
                known.remove(this);
                known.add(this); // as the latest
                if (known.size() > MAX) {
                    end(known.iterator().next());
                }
            }
        }

        /** Notes that it has shown another secret, if it has not shown the right one before. */
        public void refuse() {
            synchronized (OpenConnections.this) {
                if (strangers.remove(this)) {
                    refused.add(this);
                }
            }
        }

        /** Notes that its request is being answered, which may take any time. */
        public void answers() {
            answering = true;
            deadline = System.nanoTime() + Long.MAX_VALUE / 2;
        }

        /** Notes that its request was answered and another one may come. */
        public void answered() {
            answering = false;
            renew();
        }

        private void renew() {
            deadline = System.nanoTime() + KNOWN_NANOS;
        }

        /** Sends bytes; each part of them must be taken in time. */
        public void send(byte[] bytes, int from, int length) throws IOException {
            OutputStream out = socket.getOutputStream();
            for (int at = 0; at < length; at += CHUNK) {
                if (isKnown()) {
                    renew();
                }
                out.write(bytes, from + at, Math.min(CHUNK, length - at));
            }
        }

        private boolean isKnown() {
            synchronized (OpenConnections.this) {
                return known.contains(this);
            }
        }

        /** Ends the answer, and takes what is still being sent, without which the other side would lose the answer. */
        public void finish() throws IOException {
            socket.shutdownOutput();
            InputStream in = socket.getInputStream();
            byte[] rest = new byte[1 << 13];
            for (int i = 0; i < DROPPED && in.read(rest) >= 0; i++) {
                // dropped
            }
        }

        @Override
        public void close() throws IOException {
            synchronized (OpenConnections.this) {
                strangers.remove(this);
                refused.remove(this);
                known.remove(this);
            }
            socket.close();
        }
    }

    /**
     * How long no further connection can be added, in nanoseconds: each one has some time to show the secret, however
     * many others wait.
     */
    public synchronized long full() {
        if (strangers.size() + refused.size() < MAX || !refused.isEmpty()) {
            return 0;
        }
        long begun = strangers.iterator().next().begun;
        return begun == 0 ? LEAST_NANOS / 2 : Math.max(0, LEAST_NANOS - (System.nanoTime() - begun));
    }

    /** Adds a connection. If there are too many, the oldest that was refused is closed, or else the oldest stranger. */
    public synchronized Connection add(Socket socket) {
        Connection connection = new Connection(socket);
        strangers.add(connection);
        if (strangers.size() + refused.size() > MAX) {
            end((refused.isEmpty() ? strangers : refused).iterator().next());
        }
        return connection;
    }

    private static void end(Connection connection) {
        try {
            connection.close();
        } catch (IOException e) {
            // it is gone
        }
    }

    /** Closes those whose time is over. */
    public synchronized void endLate() {
        long now = System.nanoTime();
        all().filter(c -> now - c.deadline > 0).forEach(OpenConnections::end);
    }

    /** Whether any request is being answered. */
    public synchronized boolean isAnswering() {
        return known.stream().anyMatch(c -> c.answering);
    }

    /** Closes all. */
    public synchronized void endAll() {
        all().forEach(OpenConnections::end);
    }

    private Stream<Connection> all() {
        return Stream.of(List.copyOf(strangers), List.copyOf(refused), List.copyOf(known))
                .flatMap(List::stream);
    }
}
