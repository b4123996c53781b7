package org.unmute.cli.review;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.unmute.cli.http.HttpHead;
import org.unmute.cli.http.OpenConnections;
import org.unmute.cli.http.OpenConnections.Connection;
import org.unmute.cli.http.RefusedRequest;
import org.unmute.files.Diagnosis;
import org.unmute.files.InputException;
import org.unmute.files.PlainText;

/**
 * Serves the page of a review to browsers on this machine. It listens on the loopback address only, and answers only
 * those who know the secret in the page's address.
 */
public final class ReviewServer implements AutoCloseable {
    /** Max time for answers that are under way when the server ends. */
    private static final int GRACE_MILLIS = 2000;

    private static final int GRACE_TICKS = 100;
    private static final int BACKLOG = 4096;

    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final int FAILED = 500;
    private static final int NOT_FOUND = 404;

    private static final int TICK_MILLIS = 500;
    /** After failures to accept in a row, such as with no file descriptors left, the review ends. */
    private static final int PATIENCE = 60;

    private final ServerSocket listener;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final OpenConnections open = new OpenConnections();
    private final RequestGuard guard;
    private final PageFiles files = new PageFiles();
    private final ReviewAnswers answers;
    private final Consumer<Throwable> bugs;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Throwable failure;

    private ReviewServer(ServerSocket listener, ReviewAnswers answers, Consumer<Throwable> bugs) {
        this.listener = listener;
        this.answers = answers;
        this.bugs = bugs;
        guard = new RequestGuard(listener.getLocalPort());
    }

    /**
     * Starts a server.
     *
     * @param port 0 for any free port
     * @param bugs receives failures that the page cannot explain
     * @throws InputException if the port is taken
     * @throws IOException if this machine does not allow listening
     */
    static ReviewServer start(int port, ReviewAnswers answers, Consumer<Throwable> bugs) throws IOException {
        ServerSocket listener = new ServerSocket();
        try {
            listener.setSoTimeout(TICK_MILLIS);
            listener.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port), BACKLOG);
        } catch (BindException e) {
            listener.close();
            throw new InputException(
                    "review: port " + port + " of 127.0.0.1 cannot be used (" + e.getMessage()
                            + "): choose another one, or leave --port out",
                    e);
        }
        ReviewServer server = new ReviewServer(listener, answers, bugs);
        Thread.ofPlatform().name("review").daemon().start(server::listen);
        return server;
    }

    /** The address of the page, with its secret. */
    public URI address() {
        return guard.address(listener.getLocalPort());
    }

    /**
     * Waits until the review was ended in the page.
     *
     * @throws IOException if the server failed and answers no more
     */
    public void await() throws InterruptedException, IOException {
        ended.await();
        switch (failure) {
            case null -> {}
            case Error e -> throw e;
            case Throwable e -> throw new IOException("review: the page is not served any more: " + e.getMessage(), e);
        }
    }

    private void fail(Throwable e) {
        failure = e;
        ended.countDown();
    }

    private void listen() {
        int failed = 0;
        long ticked = System.nanoTime();
        try {
            while (!listener.isClosed()) {
                try {
                    for (long wait = open.full(); wait > 0; wait = open.full()) {
                        TimeUnit.NANOSECONDS.sleep(wait);
                    }
                    Connection connection = open.add(listener.accept());
                    executor.execute(() -> converse(connection));
                    failed = 0;
                } catch (SocketTimeoutException e) {
                    failed = 0;
                } catch (IOException e) {
                    if (++failed > PATIENCE) {
                        throw e;
                    }
                    Thread.sleep(TICK_MILLIS);
                }
                if (System.nanoTime() - ticked > TICK_MILLIS * 1_000_000L) {
                    open.endLate();
                    ticked = System.nanoTime();
                }
            }
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            if (!listener.isClosed()) {
                fail(e);
            }
        }
    }

    /** Answers the requests of a connection, one after another. */
    private void converse(Connection connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.begin());
            while (answer(connection, in)) {
                connection.answered();
            }
            connection.answered();
            connection.finish();
        } catch (IOException e) {
            // the browser left, or took too long
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    /** Answers a request; whether the connection stays open. */
    private boolean answer(Connection connection, InputStream in) throws IOException {
        HttpHead head = null;
        boolean lasting = false;
        Reply reply;
        try {
            head = HttpHead.read(in, path -> {
                guard.requireSecret(path);
                connection.admit();
            });
            if (head == null) {
                return false;
            }
            String path = guard.admit(head);
            Request request = Request.read(head, in, path);
            lasting = head.lasting();
            connection.answers();
            reply = reply(request);
        } catch (RefusedRequest e) {
            reply = refusal(e);
            connection.refuse();
        }
        reply.send(head, lasting, connection);
        if (answers.isOver()) {
            ended.countDown();
        }
        return lasting;
    }

    private static Reply refusal(RefusedRequest e) throws IOException {
        String message = PlainText.of(e.getMessage());
        return e.status() == NOT_FOUND || e.status() == RequestGuard.FORBIDDEN
                ? Reply.text(e.status(), "unmute review: " + message)
                : Reply.json(e.status(), Map.of("error", message));
    }

    private Reply reply(Request request) throws IOException {
        try {
            Reply file = request.post() ? null : files.find(request.what());
            return file == null ? answers.of(request) : file;
        } catch (RefusedRequest e) {
            return refusal(e);
        } catch (VirtualMachineError e) {
            throw e; // what else is broken is not known, so the review ends; all verdicts are on the disk
        } catch (IOException | RuntimeException | Error e) {
            Diagnosis diagnosis = Diagnosis.of(e);
            if (diagnosis.kind() == Diagnosis.Kind.BUG) {
                bugs.accept(e);
                return Reply.json(FAILED, Map.of("error", "An error in unmute; the terminal says more."));
            }
            return Reply.json(FAILED, Map.of("error", PlainText.of(diagnosis.message())));
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            // Whoever ended the review is still being answered if another request saw the end first.
            for (int i = 0; i < GRACE_TICKS && open.isAnswering(); i++) {
                Thread.sleep(GRACE_MILLIS / GRACE_TICKS);
            }
        } catch (IOException e) {
            // nothing listens any more
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        executor.shutdown();
        open.endAll();
        try {
            executor.awaitTermination(GRACE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ended.countDown();
    }
}
