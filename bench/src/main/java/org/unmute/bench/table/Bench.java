package org.unmute.bench.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.tensor.io.Npy;

/** Runs rows one after the other. What goes wrong in one row stays in that row. */
final class Bench implements AutoCloseable {
    private static final double LIMIT_SECONDS = 1.5;

    private final Peers peers;
    private final Path work;
    private final List<String> wanted;
    private final Contest contest;
    private final String commit;
    private final Consumer<String> progress;
    private final Map<String, Worker> workers = new HashMap<>();
    private final Map<Integer, double[]> limits = new HashMap<>();
    private int threadsOpen;

    /**
     * @param work folder for cases; what is in it of an earlier run is replaced
     * @param wanted names of peers
     * @param commit of the program
     */
    Bench(Peers peers, Path work, List<String> wanted, Contest contest, String commit, Consumer<String> progress) {
        this.peers = peers;
        this.work = work;
        this.wanted = wanted;
        this.contest = contest;
        this.commit = commit;
        this.progress = progress;
    }

    /** Measures a row. */
    RowResult measure(Row row) {
        progress.accept(
                row.id() + ": " + row.title() + ", " + row.threads() + (row.threads() == 1 ? " thread" : " threads"));
        if (row.threads() != threadsOpen) {
            // Pools of another size only wait, but their memory is missing elsewhere.
            close();
            threadsOpen = row.threads();
        }
        List<String> names = new ArrayList<>(List.of(RowResult.OURS));
        row.peers().stream().filter(wanted::contains).forEach(names::add);
        List<RowResult.Entry> entries;
        Path folder = work.resolve("case");
        try {
            remove(folder);
            Files.createDirectories(folder);
            row.files().write(folder);
            if (row.scripted() && names.contains(Peers.DJL)) {
                peers.writeScript(folder);
            }
            entries = contest.run(
                    row,
                    names,
                    folder,
                    name -> row.programs().isEmpty() ? worker(name, row.threads()) : peers.program(name, row));
        } catch (IOException | RuntimeException e) {
            progress.accept("  " + e);
            entries = List.of(RowResult.Entry.failed(RowResult.OURS, "", "the case could not be made: " + e));
        }
        releaseAll();
        double[] limit = contest.isTimed() ? limit(row.threads()) : new double[2];
        RowResult.Origin origin = new RowResult.Origin(
                LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm")),
                commit,
                Machine.describe(),
                Machine.jvm(),
                limit[0],
                limit[1]);
        RowResult result =
                new RowResult(row.id(), row.title(), row.threads(), row.gflop(), row.gbytes(), entries, origin);
        entries.stream()
                .filter(RowResult.Entry::isTimed)
                .forEach(e -> progress.accept(String.format(
                        java.util.Locale.ROOT,
                        "  %-13s %10.3f ms%s",
                        e.name(),
                        e.ms(),
                        result.ratio(e.name())
                                .filter(_ -> !e.name().equals(RowResult.OURS))
                                .map(r -> String.format(java.util.Locale.ROOT, "  ratio %.3f", r))
                                .orElse(""))));
        return result;
    }

    private Worker worker(String name, int threads) throws ContestantException {
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
            } catch (ContestantException e) {
                worker.close();
                workers.remove(worker.name());
            }
        }
    }

    /** Multiply-adds and bytes from memory on so many threads, 10⁹ a second; 0 where it could not be measured. */
    double[] limit(int threads) {
        return limits.computeIfAbsent(threads, t -> {
            double[] both = {limit("fma-peak", t), limit("bandwidth", t)};
            progress.accept(String.format(
                    java.util.Locale.ROOT, "  limits of %d thread(s): %.0f GFLOP/s, %.1f GB/s", t, both[0], both[1]));
            return both;
        });
    }

    private double limit(String kind, int threads) {
        Path folder = work.resolve(kind);
        try {
            remove(folder);
            Files.createDirectories(folder);
            new CaseWriter(folder, kind).write();
            Worker ours = worker(RowResult.OURS, threads);
            ours.prepare(folder);
            double best = java.util.Arrays.stream(ours.time(1000, LIMIT_SECONDS))
                    .min()
                    .orElseThrow();
            ours.release();
            return Npy.read(CaseFolder.outputs(folder, RowResult.OURS).resolve("work.npy"))
                            .floats()[0]
                    / best
                    * 1e3;
        } catch (ContestantException | IOException e) {
            progress.accept("  " + kind + " could not be measured: " + e.getMessage());
            return 0;
        }
    }

    @Override
    public void close() {
        workers.values().forEach(Worker::close);
        workers.clear();
    }

    /** Removes a folder with all that is in it. */
    static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
