package org.unmute.bench.table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.unmute.bench.peer.CaseFolder;

/**
 * Times the contestants of one row in turn: ours works once, every peer works once and its outputs are compared with
 * ours, all warm up, then each round gives everyone a short burst of calls, in an order that moves on from round to
 * round. So a machine that slows down slows down everyone.
 */
final class Contest {
    /** Between bursts, until threads of the one before have stopped waiting for work by spinning. */
    private static final long PAUSE_MILLIS = 40;

    private static final double WARM_UP_SECONDS = 0.5;
    private static final double MOST_WARM_UP_SECONDS = 6;
    /** Warm is who twice in a row took at least this part of what it took half a second before. */
    private static final double SETTLED = 0.97;

    private static final double BURST_SECONDS = 0.2;
    private static final int LEAST_ROUNDS = 2;
    /**
     * Who takes so long for a call has warmed up in the call before, when outputs were compared: its warm-up counts as
     * its first turn.
     */
    private static final double LONG_MILLIS = 2000;
    /** Whoever takes so many times as long as ours is called once a round, in two rounds only. */
    private static final double HOPELESS = 20;

    private static final int MOST_CALLS = 1000;
    private static final int MOST_LETTERS = 300;
    /** Of whoever was only compared. */
    static final String AGREES = "not timed: outputs agree";

    private final int rounds;
    private final double seconds;
    private final Consumer<String> progress;

    /**
     * @param rounds bursts of everyone; 0 to compare outputs only
     * @param seconds after which no further round begins, except the second
     * @param progress told what happens
     */
    Contest(int rounds, double seconds, Consumer<String> progress) {
        this.rounds = rounds;
        this.seconds = seconds;
        this.progress = progress;
    }

    /** Whether more is done than to compare outputs. */
    boolean isTimed() {
        return rounds > 0;
    }

    /** Opens contestants by name. */
    @FunctionalInterface
    interface Opening {
        /** @throws ContestantException if it is not here, with the reason */
        Contestant open(String name) throws ContestantException;
    }

    /**
     * Runs a row.
     *
     * @param names ours first
     * @param folder of the case, written
     */
    List<RowResult.Entry> run(Row row, List<String> names, Path folder, Opening opening) {
        Map<String, RowResult.Entry> entries = new LinkedHashMap<>();
        List<Running> running = new ArrayList<>();
        for (String name : names) {
            Contestant contestant = null;
            long opened = System.nanoTime();
            try {
                contestant = opening.open(name);
                Contestant.Memory memory = contestant.prepare(folder);
                if (!name.equals(RowResult.OURS)) {
                    row.agreement()
                            .check(
                                    folder,
                                    CaseFolder.outputs(folder, RowResult.OURS),
                                    CaseFolder.outputs(folder, name));
                }
                running.add(new Running(contestant, memory));
                progress.accept(String.format(
                        Locale.ROOT, "  %-13s ready after %.1f s", name, (System.nanoTime() - opened) / 1e9));
                entries.put(name, null);
            } catch (ContestantException | IOException e) {
                progress.accept("  " + name + ": " + e.getMessage());
                entries.put(
                        name,
                        RowResult.Entry.failed(
                                name, contestant == null ? "" : contestant.label(), cut(e.getMessage())));
                if (name.equals(RowResult.OURS)) {
                    return List.copyOf(entries.values());
                }
            }
        }
        if (rounds == 0) {
            running.forEach(r -> entries.put(
                    r.contestant.name(), RowResult.Entry.failed(r.contestant.name(), r.contestant.label(), AGREES)));
            return List.copyOf(entries.values());
        }
        running.forEach(Running::warmUp);
        double ours = running.isEmpty() ? 0 : running.getFirst().warm;
        running.forEach(r -> r.hopeless = r.warm > HOPELESS * ours);
        long begun = System.nanoTime();
        for (int round = 0; round < rounds; round++) {
            if (round >= LEAST_ROUNDS && (System.nanoTime() - begun) / 1e9 > seconds) {
                break;
            }
            for (int i = 0; i < running.size(); i++) {
                running.get((i + round) % running.size()).burst(round);
            }
        }
        for (Running r : running) {
            entries.put(r.contestant.name(), r.entry());
        }
        return List.copyOf(entries.values());
    }

    /** The table has no room for stack traces of other languages; the progress shows all. */
    private static String cut(String problem) {
        return problem.length() <= MOST_LETTERS ? problem : problem.substring(0, MOST_LETTERS) + " …";
    }

    private static final class Running {
        private final Contestant contestant;
        private final Contestant.Memory memory;
        private final List<Double> medians = new ArrayList<>();
        private double warm;
        private boolean hopeless;
        private String problem;

        Running(Contestant contestant, Contestant.Memory memory) {
            this.contestant = contestant;
            this.memory = memory;
        }

        /** As long as it still becomes faster, since a compiler may be at work beside it. */
        void warmUp() {
            try {
                long begun = System.nanoTime();
                int settled = 0;
                warm = Double.POSITIVE_INFINITY;
                do {
                    double before = warm;
                    double[] times = contestant.time(MOST_CALLS, WARM_UP_SECONDS);
                    warm = Statistics.median(Arrays.copyOfRange(times, times.length / 2, times.length));
                    // A first call may be long only since its code was not compiled yet.
                    if (warm >= LONG_MILLIS && warm >= SETTLED * before) {
                        medians.add(warm);
                        return;
                    }
                    settled = warm < SETTLED * before ? 0 : settled + 1;
                } while (settled < 2 && (System.nanoTime() - begun) / 1e9 < MOST_WARM_UP_SECONDS);
            } catch (ContestantException e) {
                problem = e.getMessage();
            }
        }

        void burst(int round) {
            boolean counted = round < medians.size();
            if (problem != null || counted || hopeless && round >= LEAST_ROUNDS) {
                return;
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
                medians.add(Statistics.median(contestant.time(hopeless ? 1 : MOST_CALLS, BURST_SECONDS)));
            } catch (ContestantException e) {
                problem = e.getMessage();
            } catch (InterruptedException e) {
                problem = "interrupted";
            }
        }

        RowResult.Entry entry() {
            if (problem != null || medians.isEmpty()) {
                return RowResult.Entry.failed(
                        contestant.name(), contestant.label(), problem == null ? "was not timed" : problem);
            }
            double[] all = medians.stream().mapToDouble(m -> m).toArray();
            long peak = contestant.peakBytes();
            long extra = peak < 0 || memory.residentBytes() < 0 ? -1 : Math.max(0, peak - memory.residentBytes());
            return new RowResult.Entry(
                    contestant.name(),
                    contestant.label(),
                    Statistics.median(all),
                    all,
                    extra,
                    memory.tensorBytes(),
                    null);
        }
    }
}
