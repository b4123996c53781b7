package org.unmute.bench.peer;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process that takes orders line by line on its standard input. An answer is one line with a mark and a word for its
 * kind; all other output of the process is ignored. The process waits for orders without using the CPU. If it does not
 * answer in time, it is ended.
 */
public class LineProcess extends MessageProcess {
    private final Writer orders = process().outputWriter(StandardCharsets.UTF_8);
    private final double timeout;
    private final String label;

    /**
     * Starts a process and waits until it is ready.
     *
     * @param environment added to that of this process; variables without a value are removed
     * @param mark begins every answer
     * @param log file for the process's standard error
     * @param timeout max seconds for one order
     * @throws PeerException if the process does not start, with its last output
     */
    public LineProcess(List<String> command, Map<String, String> environment, String mark, Path log, double timeout)
            throws PeerException {
        super(start(command, environment, log), mark, log, false);
        this.timeout = timeout;
        try {
            label = answer("ready", timeout);
        } catch (PeerException e) {
            close();
            throw e;
        }
    }

    private static Process start(List<String> command, Map<String, String> environment, Path log) throws PeerException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        change(builder.environment(), environment);
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
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

    /** The name and version that the process reported when it was ready. */
    public final String label() {
        return label;
    }
}
