package org.unmute.bench.table;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What must be reached, read from {@code bench/goals.toml}.
 *
 * @param goals in the file's order
 */
record Goals(List<Goal> goals) {
    /**
     * One goal for the rows whose id matches.
     *
     * @param rows regular expression of a whole id
     * @param peers whose time ours is compared with: the fastest of those that were timed; empty where no peer is
     * @param ratio most that our time may be of the peer's; 0 for no such limit
     * @param flopShare least part of the measured multiply-adds; 0 for no such limit
     * @param seconds most that a call may take; 0 for no such limit
     * @param memoryRatio most that our extra memory may be of the peer's; 0 for no such limit
     */
    record Goal(String rows, List<String> peers, double ratio, @JsonProperty("flop-share") double flopShare, double seconds,
            @JsonProperty("memory-ratio") double memoryRatio) {
        /** Checks what a file can get wrong. */
        Goal {
            peers = peers == null ? List.of() : List.copyOf(peers);
            if (rows == null) {
                throw new IllegalArgumentException("goals: a goal has no 'rows'");
            }
            try {
                Pattern.compile(rows);
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException("goals: rows = \"" + rows + "\" is no regular expression: " + e.getDescription(), e);
            }
            for (double limit : new double[] {ratio, flopShare, seconds, memoryRatio}) {
                if (!(limit >= 0)) {
                    throw new IllegalArgumentException("goals: a limit of \"" + rows + "\" is not a positive number: " + limit);
                }
            }
            if (ratio + flopShare + seconds + memoryRatio == 0) {
                throw new IllegalArgumentException("goals: \"" + rows + "\" has no limit: give ratio, flop-share, seconds or memory-ratio");
            }
            if ((ratio > 0 || memoryRatio > 0) && peers.isEmpty()) {
                throw new IllegalArgumentException("goals: \"" + rows + "\" has a ratio but no peers");
            }
            for (String peer : peers) {
                if (!Peers.names().contains(peer)) {
                    throw new IllegalArgumentException("goals: \"" + rows + "\" names peer '" + peer + "', known are " + Peers.names());
                }
            }
        }

        boolean concerns(RowResult row) {
            return Pattern.matches(rows, row.id());
        }
    }

    /** How a goal stands. */
    enum State {
        /** Measured and fulfilled. */
        REACHED,
        /** Measured and not fulfilled. */
        MISSED,
        /** Nothing to compare. */
        NOT_MEASURED
    }

    /**
     * One goal in one row.
     *
     * @param row id
     * @param state how it stands
     * @param text figures in words
     */
    record Verdict(String row, State state, String text) {}

    private record Content(List<Goal> goal) {}

    /**
     * Reads a file of goals.
     *
     * @throws IOException if it cannot be read or is no TOML of goals
     */
    static Goals read(Path file) throws IOException {
        try {
            Content content = TomlMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build()
                    .readValue(file.toFile(), Content.class);
            if (content.goal() == null || content.goal().isEmpty()) {
                throw new IOException(file + ": there is no [[goal]]");
            }
            return new Goals(content.goal());
        } catch (JsonProcessingException e) {
            Throwable cause = e.getCause() instanceof IllegalArgumentException ? e.getCause() : e;
            throw new IOException(file + ": " + (cause == e ? e.getOriginalMessage() : cause.getMessage()), e);
        }
    }

    /** Ids of {@code known} that some goal is about. */
    boolean concerns(String id) {
        return goals.stream().anyMatch(g -> Pattern.matches(g.rows(), id));
    }

    /** Every goal in every row that it is about; a goal whose rows were not measured at all has one verdict under its pattern. */
    List<Verdict> judge(List<RowResult> rows) {
        List<Verdict> verdicts = new ArrayList<>();
        for (Goal goal : goals) {
            List<RowResult> own = rows.stream().filter(goal::concerns).toList();
            if (own.isEmpty()) {
                verdicts.add(new Verdict(goal.rows(), State.NOT_MEASURED, "no such row was measured"));
            }
            own.forEach(row -> judge(goal, row, verdicts));
        }
        return verdicts;
    }

    private static void judge(Goal goal, RowResult row, List<Verdict> verdicts) {
        Optional<RowResult.Entry> ours = row.timed(RowResult.OURS);
        if (ours.isEmpty()) {
            verdicts.add(new Verdict(row.id(), State.MISSED, "ours was not timed: " + row.entries().getFirst().problem()));
            return;
        }
        if (goal.ratio() > 0) {
            verdicts.add(fastest(goal, row).map(peer -> atMost(row, "ratio to " + peer.name(), ours.get().ms() / peer.ms(), goal.ratio()))
                    .orElseGet(() -> nobody(goal, row)));
        }
        if (goal.flopShare() > 0) {
            double share = row.flopShare();
            verdicts.add(share == 0 ? new Verdict(row.id(), State.NOT_MEASURED, "the machine's peak was not measured")
                    : new Verdict(row.id(), share >= goal.flopShare() ? State.REACHED : State.MISSED,
                            String.format(Locale.ROOT, "share of FMA peak %.3f, at least %.3f", share, goal.flopShare())));
        }
        if (goal.seconds() > 0) {
            verdicts.add(atMost(row, "seconds", ours.get().ms() / 1e3, goal.seconds()));
        }
        if (goal.memoryRatio() > 0) {
            verdicts.add(fastest(goal, row).filter(p -> p.extraBytes() > 0 && ours.get().extraBytes() >= 0)
                    .map(peer -> atMost(row, "extra memory as part of " + peer.name(), (double) ours.get().extraBytes() / peer.extraBytes(),
                            goal.memoryRatio())).orElseGet(() -> nobody(goal, row)));
        }
    }

    private static Optional<RowResult.Entry> fastest(Goal goal, RowResult row) {
        return goal.peers().stream().flatMap(p -> row.timed(p).stream()).min((a, b) -> Double.compare(a.ms(), b.ms()));
    }

    private static Verdict atMost(RowResult row, String what, double value, double most) {
        return new Verdict(row.id(), value <= most ? State.REACHED : State.MISSED,
                String.format(Locale.ROOT, "%s %.3f, at most %.3f", what, value, most));
    }

    private static Verdict nobody(Goal goal, RowResult row) {
        return new Verdict(row.id(), State.NOT_MEASURED, "none of " + String.join(", ", goal.peers()) + " was measured");
    }
}
