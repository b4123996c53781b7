package org.unmute.bench.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A process that sends messages while it runs: lines with a mark, among lines that libraries print. */
public class MessageProcess implements AutoCloseable {
    private static final int LOG_LINES = 3;

    private final Process process;
    private final String mark;
    private final Path log;
    private final boolean keeps;
    private final Thread listener;
    private volatile boolean closed;
    /** Messages received; empty stands for the end of the output. */
    private final LinkedBlockingQueue<Optional<String>> messages = new LinkedBlockingQueue<>();

    /**
     * Reads from a process whose standard error goes to {@code log}.
     *
     * @param mark precedes every message
     * @param keeps whether lines without a mark are appended to the log instead of being dropped
     */
    protected MessageProcess(Process process, String mark, Path log, boolean keeps) {
        this.process = process;
        this.mark = mark;
        this.log = log;
        this.keeps = keeps;
        listener = Thread.ofPlatform().daemon().start(this::listen);
    }

    private void listen() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int at = line.indexOf(mark);
                if (at >= 0) {
                    messages.add(Optional.of(line.substring(at + mark.length())));
                } else if (keeps) {
                    Files.writeString(log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                }
            }
        } catch (IOException e) {
            // Closing a process closes the stream, possibly a moment before the process has ended.
            if (!closed && process.isAlive()) {
                throw new UncheckedIOException(e);
            }
        } finally {
            messages.add(Optional.empty());
        }
    }

    /** The next message without its mark; empty at the end of the output; null if none arrives within some seconds. */
    protected final Optional<String> next(double seconds) throws InterruptedException {
        return messages.poll((long) (1000 * Math.max(0, seconds)), TimeUnit.MILLISECONDS);
    }

    /** Describes how the process ended, with its last output. */
    protected final String died() {
        String said = "";
        int status = status(5);
        try {
            said = lastLines(log);
        } catch (IOException e) {
            // There is no output.
        }
        return "its process ended" + (process.isAlive() ? "" : " with status " + status)
                + (said.isEmpty() ? "" : ": " + said);
    }

    /** The exit status once the process has ended; -1 if it does not end within some seconds. */
    public final int status(int seconds) {
        try {
            return process.waitFor(seconds, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    /** The last lines of a log that are not blank, as one line. */
    public static String lastLines(Path log) throws IOException {
        List<String> lines =
                Files.readAllLines(log).stream().filter(l -> !l.isBlank()).toList();
        return String.join(" / ", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    /** The process. */
    protected final Process process() {
        return process;
    }

    /** Whether the process is still running. */
    public final boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Ends the process. It is no longer alive afterwards, and nothing of it is written to the log any more, unless the
     * system takes seconds to end it.
     */
    @Override
    public final void close() {
        closed = true;
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        status(2);
        try {
            listener.join(Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
