package org.unmute.bench.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.LineProcess;
import org.unmute.bench.peer.PeerException;
import org.unmute.bench.peer.ProcessMemory;
import org.unmute.bench.rows.Row;

/** An engine run as a whole process. A call lasts from the start of the process to its exit. */
public final class Program implements PeerProcess {
    private static final long GLANCE_MILLIS = 20;

    private final String name;
    private final Row.Program task;
    private final Map<String, String> environment;
    private final double timeout;
    private Path folder;
    private String label;
    private long peak = -1;

    /**
     * @param environment added to that of this process; variables without a value are removed
     * @param timeout max seconds for a process
     */
    Program(String name, String label, Row.Program task, Map<String, String> environment, double timeout) {
        this.name = name;
        this.label = label;
        this.task = task;
        this.environment = environment;
        this.timeout = timeout;
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
    public Memory prepare(Path caseFolder) throws PeerException {
        folder = caseFolder;
        call();
        try {
            Path to = Files.createDirectories(CaseFolder.outputs(folder, name));
            task.outputs().write(result(), printed(), to);
        } catch (IOException | RuntimeException e) {
            throw new PeerException("its results cannot be read: " + e.getMessage(), e);
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

    private double call() throws PeerException {
        Path log = folder.resolve("log-" + name);
        try {
            CaseFolder.remove(result());
            ProcessBuilder builder = new ProcessBuilder(task.command().of(folder, result()).stream()
                            .map(Object::toString)
                            .toList())
                    .redirectError(log.toFile())
                    .redirectOutput(printed().toFile());
            LineProcess.change(builder.environment(), environment);
            long begun = System.nanoTime();
            Process process = builder.start();
            process.getOutputStream().close();
            while (!process.waitFor(GLANCE_MILLIS, TimeUnit.MILLISECONDS)) {
                peak = Math.max(peak, ProcessMemory.peak(process.pid()));
                if (System.nanoTime() - begun > timeout * 1e9) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                    throw new PeerException("did not end within " + Math.round(timeout) + " s");
                }
            }
            double ms = (System.nanoTime() - begun) / 1e6;
            if (process.exitValue() != 0) {
                throw new PeerException("ended with status " + process.exitValue() + ": " + LineProcess.lastLines(log));
            }
            return ms;
        } catch (IOException e) {
            throw new PeerException("does not start: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PeerException("interrupted", e);
        }
    }

    @Override
    public double[] time(int most, double seconds) throws PeerException {
        List<Double> all = new ArrayList<>();
        long begun = System.nanoTime();
        do {
            all.add(call());
        } while (all.size() < most && (System.nanoTime() - begun) / 1e9 < seconds);
        return all.stream().mapToDouble(ms -> ms).toArray();
    }

    /** Peak resident bytes of any of the processes, sampled while they run. */
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
