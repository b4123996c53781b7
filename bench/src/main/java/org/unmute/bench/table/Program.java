package org.unmute.bench.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.ProcessMemory;

/** A contestant that is a whole process: a call lasts from its start to its end. */
final class Program implements Contestant {
    private static final long GLANCE_MILLIS = 20;
    private static final int LOG_LINES = 3;

    private final String name;
    private final Task task;
    private final Map<String, String> environment;
    private final double patience;
    private Path folder;
    private String label;
    private long peak = -1;

    /**
     * @param environment added to this process's own
     * @param patience seconds that a process may take
     */
    Program(String name, String label, Task task, Map<String, String> environment, double patience) {
        this.name = name;
        this.label = label;
        this.task = task;
        this.environment = environment;
        this.patience = patience;
    }

    /**
     * What is run.
     *
     * @param command of a process that writes into a folder that does not exist
     * @param outputs makes comparable outputs of what a process left
     */
    record Task(Command command, Outputs outputs) {}

    /** A command line for a case. */
    @FunctionalInterface
    interface Command {
        /**
         * @param folder of the case
         * @param result folder that the process makes and writes to
         */
        List<String> of(Path folder, Path result);
    }

    /** Turns results into files of numbers. */
    @FunctionalInterface
    interface Outputs {
        /**
         * @param result folder that the process wrote to
         * @param printed file with its standard output
         * @param to folder for npy files, which exists
         */
        void write(Path result, Path printed, Path to) throws IOException;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public Memory prepare(Path caseFolder) throws ContestantException {
        folder = caseFolder;
        call();
        try {
            Path to = Files.createDirectories(CaseFolder.outputs(folder, name));
            task.outputs().write(result(), printed(), to);
        } catch (IOException | RuntimeException e) {
            throw new ContestantException("its results cannot be read: " + e.getMessage(), e);
        }
        peak = -1;
        return new Memory(-1, 0);
    }

    private Path result() {
        return folder.resolve("result-" + name);
    }

    private Path printed() {
        return folder.resolve("printed-" + name);
    }

    private double call() throws ContestantException {
        Path log = folder.resolve("log-" + name);
        try {
            Bench.remove(result());
            ProcessBuilder builder = new ProcessBuilder(task.command().of(folder, result()))
                    .redirectError(log.toFile())
                    .redirectOutput(printed().toFile());
            builder.environment().putAll(environment);
            long begun = System.nanoTime();
            Process process = builder.start();
            process.getOutputStream().close();
            while (!process.waitFor(GLANCE_MILLIS, TimeUnit.MILLISECONDS)) {
                peak = Math.max(peak, ProcessMemory.peak(process.pid()));
                if (System.nanoTime() - begun > patience * 1e9) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                    throw new ContestantException("did not end within " + Math.round(patience) + " s");
                }
            }
            double ms = (System.nanoTime() - begun) / 1e6;
            if (process.exitValue() != 0) {
                List<String> lines = Files.readAllLines(log).stream()
                        .filter(l -> !l.isBlank())
                        .toList();
                throw new ContestantException("ended with status " + process.exitValue() + ": "
                        + String.join(" / ", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size())));
            }
            return ms;
        } catch (IOException e) {
            throw new ContestantException("does not start: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ContestantException("interrupted", e);
        }
    }

    @Override
    public double[] time(int most, double seconds) throws ContestantException {
        List<Double> all = new ArrayList<>();
        long begun = System.nanoTime();
        do {
            all.add(call());
        } while (all.size() < most && (System.nanoTime() - begun) / 1e9 < seconds);
        return all.stream().mapToDouble(ms -> ms).toArray();
    }

    /** The most that one of the processes had resident, looked at from time to time. */
    @Override
    public long peakBytes() {
        return peak;
    }

    @Override
    public void release() {
        folder = null;
    }

    @Override
    public void close() {}
}
