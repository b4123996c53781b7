package org.unmute.bench.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.PeerException;
import org.unmute.bench.rows.CaseWriter;
import org.unmute.bench.rows.Row;
import org.unmute.tensor.io.Npy;

/** Runs rows one after the other. A failure of one row does not affect the others. */
final class Bench implements AutoCloseable {
    private static final double LIMIT_SECONDS = 1.5;

    private final Peers peers;
    private final Path work;
    private final List<String> wanted;
    private final InterleavedTimer timer;
    private final String commit;
    private final Consumer<String> progress;
    private final Map<String, Worker> workers = new HashMap<>();
    private final Map<Integer, double[]> limits = new HashMap<>();
    private int threadsOpen;

    /**
     * @param work folder for cases; cases of an earlier run are replaced
     * @param wanted names of peers
     * @param commit of the program
     */
    Bench(
            Peers peers,
            Path work,
            List<String> wanted,
            InterleavedTimer timer,
            String commit,
            Consumer<String> progress) {
        this.peers = peers;
        this.work = work;
        this.wanted = wanted;
        this.timer = timer;
        this.commit = commit;
        this.progress = progress;
    }

    /** Measures a row. */
    RowResult measure(Row row) {
        progress.accept(row.id() + ": " + row.describe());
        if (row.threads() != threadsOpen) {
            // Idle workers with another number of threads would only use memory.
            stopWorkers();
            threadsOpen = row.threads();
        }
        List<String> names = new ArrayList<>(List.of(Row.OURS));
        row.peers().stream().filter(wanted::contains).forEach(names::add);
        List<RowResult.Entry> entries;
        Path folder = work.resolve("case");
        try {
            empty(folder);
            row.files().write(folder);
            if (row.isScripted() && names.contains(Row.DJL)) {
                peers.writeScript(folder);
            }
            entries = timer.run(
                    row,
                    names,
                    folder,
                    name -> row.programs().isEmpty() ? worker(name, row.threads()) : peers.program(name, row));
        } catch (IOException | RuntimeException e) {
            progress.accept("  " + e);
            entries = List.of(RowResult.Entry.failed(Row.OURS, "", "the case could not be made: " + e));
        }
        releaseAll();
        double[] limit = timer.isTimed() ? limit(row.threads()) : new double[2];
        RowResult.Origin origin = new RowResult.Origin(
                LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm")),
                commit,
                Machine.describe(),
                Machine.jvm(),
                limit[0],
                limit[1]);
        RowResult result = new RowResult(
                row.id(), row.title(), row.threads(), row.gflop(), row.gbytes(), row.audioSeconds(), entries, origin);
        entries.stream()
                .filter(RowResult.Entry::isTimed)
                .forEach(e -> progress.accept(PipeTable.format(
                        "  %-13s %10.3f ms%s",
                        e.name(),
                        e.ms(),
                        result.ratio(e.name())
                                .filter(_ -> !e.name().equals(Row.OURS))
                                .map(r -> PipeTable.format("  ratio %.3f", r))
                                .orElse(""))));
        return result;
    }

    private Worker worker(String name, int threads) throws PeerException {
        Worker known = workers.get(name);
        if (known == null || !known.isAlive()) {
            known = peers.open(name, threads);
            workers.put(name, known);
        }
        return known;
    }

    private void releaseAll() {
        for (Worker worker : List.copyOf(workers.values())) {
            try {
                worker.release();
            } catch (PeerException e) {
                worker.close();
                workers.remove(worker.name());
            }
        }
    }

    /** FMA peak in GFLOP/s and memory bandwidth in GB/s for a number of threads; 0 if not measured. */
    double[] limit(int threads) {
        return limits.computeIfAbsent(threads, t -> {
            double[] both = {limit("fma-peak", t), limit("bandwidth", t)};
            progress.accept(PipeTable.format("  limits of %d thread(s): %.0f GFLOP/s, %.1f GB/s", t, both[0], both[1]));
            return both;
        });
    }

    private double limit(String kind, int threads) {
        Path folder = work.resolve(kind);
        try {
            empty(folder);
            new CaseWriter(folder, kind).write();
            Worker ours = worker(Row.OURS, threads);
            ours.prepare(folder);
            double best = Arrays.stream(ours.time(1000, LIMIT_SECONDS)).min().orElseThrow();
            ours.release();
            return Npy.read(CaseFolder.outputs(folder, Row.OURS).resolve("work.npy"))
                            .floats()[0]
                    / best
                    * 1e3;
        } catch (PeerException | IOException e) {
            progress.accept("  " + kind + " could not be measured: " + e.getMessage());
            return 0;
        }
    }

    private static void empty(Path folder) throws IOException {
        CaseFolder.remove(folder);
        Files.createDirectories(folder);
    }

    private void stopWorkers() {
        workers.values().forEach(Worker::close);
        workers.clear();
    }

    /** Ends all workers and removes the folder. */
    @Override
    public void close() throws IOException {
        stopWorkers();
        CaseFolder.remove(work);
    }
}
