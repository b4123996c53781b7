package org.unmute.bench.table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.PeerException;
import org.unmute.bench.rows.Row;

/**
 * Times this engine and the peers of one row, interleaved. Each runs once and its outputs are compared with those of
 * this engine; all warm up; then each gets a short burst of calls per round, in rotating order. A machine that slows
 * down thus affects all alike.
 */
public final class InterleavedTimer {
    /** Pause between bursts, in which the threads of the previous engine stop spinning. */
    private static final long PAUSE_MILLIS = 40;

    private static final double WARM_UP_SECONDS = 0.5;
    private static final double MAX_WARM_UP_SECONDS = 6;
    /** A peer is warm once it takes, twice in a row, at least this share of its time half a second before. */
    private static final double SETTLED = 0.97;

    private static final double BURST_SECONDS = 0.2;
    private static final int MIN_ROUNDS = 2;
    /** A call this long needs little warm-up: once its time has settled, the warm-up call counts as the first burst. */
    private static final double LONG_MILLIS = 2000;
    /** A peer that takes this many times as long as this engine is called once per round, in two rounds only. */
    private static final double MAX_RATIO = 20;

    private static final int MAX_CALLS = 1000;
    private static final int MAX_LETTERS = 300;
    /** Marks a peer that was only compared. */
    static final String AGREES = "not timed: outputs agree";

    private final int rounds;
    private final double seconds;
    private final Consumer<String> progress;

    /**
     * @param rounds bursts per peer; 0 to compare outputs only
     * @param seconds after which no further round starts, except the second
     * @param progress receives progress lines
     */
    InterleavedTimer(int rounds, double seconds, Consumer<String> progress) {
        this.rounds = rounds;
        this.seconds = seconds;
        this.progress = progress;
    }

    /** Whether anything is timed. */
    boolean isTimed() {
        return rounds > 0;
    }

    /** Opens a peer by name. */
    @FunctionalInterface
    interface Opening {
        /** @throws PeerException if the peer is not available, with the reason */
        PeerProcess open(String name) throws PeerException;
    }

    /**
     * Runs a row.
     *
     * @param names names of the engines, this one first
     * @param folder of the case, which has been written
     */
    List<RowResult.Entry> run(Row row, List<String> names, Path folder, Opening opening) {
        List<Supplier<RowResult.Entry>> entries = new ArrayList<>();
        List<Running> running = new ArrayList<>();
        for (String name : names) {
            PeerProcess peer = null;
            long opened = System.nanoTime();
            try {
                peer = opening.open(name);
                PeerProcess.Memory memory = peer.prepare(folder);
                if (!name.equals(Row.OURS)) {
                    row.agreement()
                            .check(folder, CaseFolder.outputs(folder, Row.OURS), CaseFolder.outputs(folder, name));
                }
                Running ready = new Running(peer, memory);
                running.add(ready);
                entries.add(ready::entry);
                progress.accept(
                        PipeTable.format("  %-13s ready after %.1f s", name, (System.nanoTime() - opened) / 1e9));
            } catch (PeerException | IOException e) {
                progress.accept("  " + name + ": " + e.getMessage());
                RowResult.Entry failed =
                        RowResult.Entry.failed(name, peer == null ? "" : peer.label(), cut(e.getMessage()));
                if (name.equals(Row.OURS)) {
                    return List.of(failed);
                }
                entries.add(() -> failed);
            }
        }
        if (rounds == 0) {
            running.forEach(r -> r.problem = AGREES);
        } else {
            time(running);
        }
        return entries.stream().map(Supplier::get).toList();
    }

    private void time(List<Running> running) {
        running.forEach(Running::warmUp);
        double ours = running.getFirst().warm;
        running.forEach(r -> r.slow = r.warm > MAX_RATIO * ours);
        long begun = System.nanoTime();
        for (int round = 0; round < rounds; round++) {
            if (round >= MIN_ROUNDS && (System.nanoTime() - begun) / 1e9 > seconds) {
                break;
            }
            for (int i = 0; i < running.size(); i++) {
                running.get((i + round) % running.size()).burst(round);
            }
        }
    }

    /** Shortens a problem for the table; the progress output has its full text. */
    private static String cut(String problem) {
        return problem.length() <= MAX_LETTERS ? problem : problem.substring(0, MAX_LETTERS) + " …";
    }

    private static final class Running {
        private final PeerProcess peer;
        private final PeerProcess.Memory memory;
        private final List<Double> medians = new ArrayList<>();
        private double warm;
        private boolean slow;
        private String problem;

        Running(PeerProcess peer, PeerProcess.Memory memory) {
            this.peer = peer;
            this.memory = memory;
        }

        /** Warms up until calls no longer become faster: a JIT compiler may be running. */
        void warmUp() {
            try {
                long begun = System.nanoTime();
                int settled = 0;
                warm = Double.POSITIVE_INFINITY;
                do {
                    double before = warm;
                    double[] times = peer.time(MAX_CALLS, WARM_UP_SECONDS);
                    warm = Statistics.median(Arrays.copyOfRange(times, times.length / 2, times.length));
                    // The first call may be long only because its code was not yet compiled.
                    if (warm >= LONG_MILLIS && warm >= SETTLED * before) {
                        medians.add(warm);
                        return;
                    }
                    settled = warm < SETTLED * before ? 0 : settled + 1;
                } while (settled < 2 && (System.nanoTime() - begun) / 1e9 < MAX_WARM_UP_SECONDS);
            } catch (PeerException e) {
                problem = e.getMessage();
            }
        }

        void burst(int round) {
            boolean counted = round < medians.size();
            if (problem != null || counted || slow && round >= MIN_ROUNDS) {
                return;
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
                medians.add(Statistics.median(peer.time(slow ? 1 : MAX_CALLS, BURST_SECONDS)));
            } catch (PeerException e) {
                problem = e.getMessage();
            } catch (InterruptedException e) {
                problem = "interrupted";
            }
        }

        RowResult.Entry entry() {
            if (problem != null || medians.isEmpty()) {
                return RowResult.Entry.failed(peer.name(), peer.label(), problem == null ? "was not timed" : problem);
            }
            double[] all = medians.stream().mapToDouble(m -> m).toArray();
            long peak = peer.peakBytes();
            long extra = peak < 0 || memory.residentBytes() < 0 ? -1 : Math.max(0, peak - memory.residentBytes());
            return new RowResult.Entry(
                    peer.name(), peer.label(), Statistics.median(all), all, extra, memory.tensorBytes(), null);
        }
    }
}
