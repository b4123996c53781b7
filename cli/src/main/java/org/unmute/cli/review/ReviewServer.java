package org.unmute.cli.review;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.unmute.files.Diagnosis;
import org.unmute.files.InputException;
import org.unmute.files.PlainText;

/**
 * Serves the page of a review to browsers on this machine. It listens on the loopback address only, and answers only
 * those who know the secret in the page's address.
 */
public final class ReviewServer implements AutoCloseable {
    /** Max time for answers that are under way when the server ends. */
    private static final int GRACE_SECONDS = 2;

    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final int FAILED = 500;
    private static final int NOT_FOUND = 404;

    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final RequestGuard guard;
    private final PageFiles files = new PageFiles();
    private final ReviewAnswers answers;
    private final Consumer<Throwable> bugs;
    private final CountDownLatch ended = new CountDownLatch(1);

    private ReviewServer(HttpServer server, ReviewAnswers answers, Consumer<Throwable> bugs) {
        this.server = server;
        this.answers = answers;
        this.bugs = bugs;
        guard = new RequestGuard(server.getAddress().getPort());
        server.setExecutor(executor);
        server.createContext("/", this::handle);
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
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port);
        ReviewServer server;
        try {
            server = new ReviewServer(HttpServer.create(address, 0), answers, bugs);
        } catch (BindException e) {
            throw new InputException(
                    "review: port " + port + " of 127.0.0.1 cannot be used (" + e.getMessage()
                            + "): choose another one, or leave --port out",
                    e);
        }
        server.server.start();
        return server;
    }

    /** The address of the page, with its secret. */
    public URI address() {
        return guard.address(server.getAddress().getPort());
    }

    /** Waits until the review was ended in the page. */
    public void await() throws InterruptedException {
        ended.await();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            reply(exchange).send(exchange);
        }
        if (answers.isOver()) {
            ended.countDown();
        }
    }

    private Reply reply(HttpExchange exchange) throws IOException {
        try {
            String path = guard.admit(exchange);
            Reply file = files.find(path);
            if (file != null && !exchange.getRequestMethod().equals("POST")) {
                return file;
            }
            return answers.of(Request.read(exchange, path));
        } catch (RefusedRequest e) {
            String message = PlainText.of(e.getMessage());
            return e.status() == NOT_FOUND || e.status() == RequestGuard.FORBIDDEN
                    ? Reply.text(e.status(), "unmute review: " + message)
                    : Reply.json(e.status(), Map.of("error", message));
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
        // Whoever ended the review is still being answered if another request saw the end first.
        server.stop(GRACE_SECONDS);
        executor.close();
        ended.countDown();
    }
}
