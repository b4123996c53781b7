package org.unmute.bench.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A process that takes orders line by line on its standard input, or that reports while it works. A message of it is
 * one line with a mark and a word for its kind; all other output of the process goes to a log. The process waits for
 * orders without using the CPU. If it does not answer in time, it is ended.
 */
public class LineProcess implements AutoCloseable {
    private static final int LOG_LINES = 3;

    private final Process process;
    private final String mark;
    private final Path log;
    private final Writer orders;
    private final Thread listener;
    private final double timeout;
    private final String label;
    private volatile boolean closed;
    /** Messages received; empty stands for the end of the output. */
    private final LinkedBlockingQueue<Optional<String>> messages = new LinkedBlockingQueue<>();

    /**
     * Starts a process and waits until it is ready.
     *
     * @param environment added to that of this process; variables without a value are removed
     * @param mark precedes every message
     * @param log file for the process's output, which is replaced
     * @param timeout max seconds for one order
     * @throws PeerException if the process does not start, with its last output
     */
    public LineProcess(List<String> command, Map<String, String> environment, String mark, Path log, double timeout)
            throws PeerException {
        this.mark = mark;
        this.log = log;
        this.timeout = timeout;
        process = start(command, environment, log);
        orders = process.outputWriter(StandardCharsets.UTF_8);
        listener = Thread.ofPlatform().daemon().start(this::listen);
        try {
            label = answer("ready", timeout);
        } catch (PeerException e) {
            close();
            throw e;
        }
    }

    private static Process start(List<String> command, Map<String, String> environment, Path log) throws PeerException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        change(builder.environment(), environment);
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            Files.deleteIfExists(log);
            return builder.start();
        } catch (IOException e) {
            throw new PeerException("does not start: " + e.getMessage(), e);
        }
    }

    /** Sets variables of an environment, and removes those that have no value. */
    public static void change(Map<String, String> environment, Map<String, String> changes) {
        changes.forEach((name, value) -> {
            if (value == null) {
                environment.remove(name);
            } else {
                environment.put(name, value);
            }
        });
    }

    private void listen() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int at = line.indexOf(mark);
                if (at >= 0) {
                    messages.add(Optional.of(line.substring(at + mark.length())));
                } else {
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

    /**
     * Gives an order and waits for its answer.
     *
     * @param expected first word of the answer
     * @return the rest of the answer
     * @throws PeerException if the answer begins with another word, with its rest; if there is no answer; or if the
     *     process ended
     */
    public final String ask(String order, String expected) throws PeerException {
        return ask(order, expected, timeout);
    }

    /**
     * Gives an order with its own time limit.
     *
     * @param seconds max seconds for the order
     * @throws PeerException as {@link #ask(String, String)}
     */
    public final String ask(String order, String expected, double seconds) throws PeerException {
        try {
            orders.write(order + "\n");
            orders.flush();
        } catch (IOException e) {
            throw new PeerException(died(), e);
        }
        return answer(expected, seconds);
    }

    private String answer(String expected, double seconds) throws PeerException {
        Optional<String> line;
        try {
            line = next(seconds);
        } catch (InterruptedException e) {
            throw new PeerException("interrupted", e);
        }
        if (line == null) {
            close();
            throw new PeerException("no answer within " + Math.round(seconds) + " s");
        }
        String[] words = line.orElseThrow(() -> new PeerException(died())).split(" ", 2);
        if (!words[0].equals(expected)) {
            throw new PeerException(words[words.length - 1]);
        }
        return words.length > 1 ? words[1] : "";
    }

    /** The next message without its mark; empty at the end of the output; null if none arrives within some seconds. */
    public final Optional<String> next(double seconds) throws InterruptedException {
        return messages.poll((long) (1000 * Math.max(0, seconds)), TimeUnit.MILLISECONDS);
    }

    /** Describes how the process ended, with its last output. */
    public final String died() {
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

    /** The name and version that the process reported when it was ready. */
    public final String label() {
        return label;
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
