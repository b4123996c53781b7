package org.unmute.bench.table;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.unmute.bench.peer.PeerException;
import org.unmute.bench.peer.ProcessMemory;
import org.unmute.bench.peer.WorkerMain;

/**
 * A process that keeps a peer prepared and times its calls itself, controlled through its standard input. It waits
 * without using the CPU while others are timed. A process that hangs or dies loses only its own entry.
 */
final class Worker implements PeerProcess {
    private static final String END = "@end";
    private static final int LOG_LINES = 3;

    private final String name;
    private final Process process;
    private final Writer orders;
    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Path log;
    private final String label;
    private final double timeout;

    private Worker(String name, Process process, Path log, double timeout) throws PeerException {
        this.name = name;
        this.process = process;
        this.log = log;
        this.timeout = timeout;
        orders = process.outputWriter(StandardCharsets.UTF_8);
        Thread.ofPlatform().daemon().start(this::listen);
        label = answer("ready");
    }

    /**
     * Starts a worker.
     *
     * @param environment added to this process's own
     * @param log file for the process's standard error
     * @param timeout seconds that one order may take
     * @throws PeerException if it does not start, with its last output
     */
    static Worker start(String name, List<String> command, Map<String, String> environment, Path log, double timeout)
            throws PeerException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().putAll(environment);
        try {
            Files.createDirectories(log.getParent());
            return new Worker(name, builder.start(), log, timeout);
        } catch (IOException e) {
            throw new PeerException("does not start: " + e.getMessage(), e);
        }
    }

    private void listen() {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int mark = line.indexOf(WorkerMain.MARK);
                if (mark >= 0) {
                    answers.add(line.substring(mark + WorkerMain.MARK.length()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            answers.add(END);
        }
    }

    private String ask(String order, String expected) throws PeerException {
        try {
            orders.write(order + "\n");
            orders.flush();
        } catch (IOException e) {
            throw died();
        }
        return answer(expected);
    }

    private String answer(String expected) throws PeerException {
        String line;
        try {
            line = answers.poll((long) (timeout * 1000), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new PeerException("interrupted", e);
        }
        if (line == null) {
            close();
            throw new PeerException("no answer within " + Math.round(timeout) + " s");
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
            List<String> lines =
                    Files.readAllLines(log).stream().filter(l -> !l.isBlank()).toList();
            String said = String.join(" / ", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
            return new PeerException(
                    "its process ended" + (process.isAlive() ? "" : " with status " + process.exitValue())
                            + (said.isEmpty() ? "" : ": " + said));
        } catch (IOException | InterruptedException e) {
            return new PeerException("its process ended", e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String label() {
        return label;
    }

    /** Whether it can take another order. */
    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public Memory prepare(Path folder) throws PeerException {
        String[] words = ask("prepare " + folder.toAbsolutePath(), "prepared").split(" ");
        return new Memory(Long.parseLong(words[0]), Long.parseLong(words[1]));
    }

    @Override
    public double[] time(int most, double seconds) throws PeerException {
        return Arrays.stream(ask("time " + most + " " + seconds, "timed").split(" "))
                .mapToDouble(ns -> Long.parseLong(ns) / 1e6)
                .toArray();
    }

    @Override
    public long peakBytes() {
        return ProcessMemory.peak(process.pid());
    }

    @Override
    public void release() throws PeerException {
        ask("release", "released");
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
