package org.unmute.bench.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A process that takes orders line by line on its standard input. An answer is one line with a mark and a word that
 * says what it is; everything else that the process prints is ignored. It waits for orders without using the CPU.
 */
public class LineProcess implements AutoCloseable {
    private static final String END = "@end";
    private static final int LOG_LINES = 3;

    private final Process process;
    private final Writer orders;
    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final String mark;
    private final Path log;
    private final double timeout;
    private final String label;

    /**
     * Starts a process and waits until it is ready.
     *
     * @param environment added to this process's own
     * @param mark begins every answer
     * @param log file for the process's standard error
     * @param timeout seconds that one order may take
     * @throws PeerException if it does not start, with its last output
     */
    public LineProcess(List<String> command, Map<String, String> environment, String mark, Path log, double timeout)
            throws PeerException {
        this.mark = mark;
        this.log = log;
        this.timeout = timeout;
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().putAll(environment);
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            process = builder.start();
        } catch (IOException e) {
            throw new PeerException("does not start: " + e.getMessage(), e);
        }
        orders = process.outputWriter(StandardCharsets.UTF_8);
        Thread.ofPlatform().daemon().start(this::listen);
        try {
            label = answer("ready", timeout);
        } catch (PeerException e) {
            close();
            throw e;
        }
    }

    private void listen() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int at = line.indexOf(mark);
                if (at >= 0) {
                    answers.add(line.substring(at + mark.length()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            answers.add(END);
        }
    }

    /**
     * Gives an order and waits for its answer.
     *
     * @param expected first word of the answer
     * @return the rest of the answer
     * @throws PeerException if the answer begins with another word, with its rest; if there is none; if the process
     *     ended
     */
    public final String ask(String order, String expected) throws PeerException {
        return ask(order, expected, timeout);
    }

    /**
     * Gives an order that may take longer, or less long, than others.
     *
     * @param seconds that it may take
     * @throws PeerException as {@link #ask(String, String)}
     */
    public final String ask(String order, String expected, double seconds) throws PeerException {
        try {
            orders.write(order + "\n");
            orders.flush();
        } catch (IOException e) {
            throw died();
        }
        return answer(expected, seconds);
    }

    private String answer(String expected, double seconds) throws PeerException {
        String line;
        try {
            line = answers.poll((long) (seconds * 1000), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new PeerException("interrupted", e);
        }
        if (line == null) {
            close();
            throw new PeerException("no answer within " + Math.round(seconds) + " s");
        }
        if (line.equals(END)) {
            throw died();
        }
        String[] words = line.split(" ", 2);
        if (!words[0].equals(expected)) {
            throw new PeerException(words.length > 1 ? words[1] : line);
        }
        return words.length > 1 ? words[1] : "";
    }

    private PeerException died() {
        try {
            process.waitFor(2, TimeUnit.SECONDS);
            String said = lastLines(log);
            return new PeerException(
                    "its process ended" + (process.isAlive() ? "" : " with status " + process.exitValue())
                            + (said.isEmpty() ? "" : ": " + said));
        } catch (IOException | InterruptedException e) {
            return new PeerException("its process ended", e);
        }
    }

    /** The last lines of a log that are not blank, as one line. */
    public static String lastLines(Path log) throws IOException {
        List<String> lines =
                Files.readAllLines(log).stream().filter(l -> !l.isBlank()).toList();
        return String.join(" / ", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    /** What the process said about itself when it was ready: name and version. */
    public final String label() {
        return label;
    }

    /** The process. */
    protected final Process process() {
        return process;
    }

    /** Whether it still takes orders: one that did not answer in time was ended. */
    public final boolean isAlive() {
        return process.isAlive();
    }

    /** Ends the process; it is no longer alive afterwards, unless the system takes seconds to end it. */
    @Override
    public final void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
