package org.unmute.bench.table;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.unmute.bench.rows.Row;

/**
 * The goals of {@code bench/goals.toml}.
 *
 * @param goals in the file's order
 */
record Goals(List<Goal> goals) {
    /**
     * One goal for the rows whose id matches.
     *
     * @param rows regular expression for a whole id
     * @param peers the fastest timed one of these is compared; may be empty
     * @param ratio max ratio of this engine's time to the peer's; 0 for no limit
     * @param flopShare min share of the measured FMA peak; 0 for no limit
     * @param seconds max duration of a call; 0 for no limit
     * @param memoryRatio max ratio of this engine's extra memory to the peer's; 0 for no limit
     */
    record Goal(
            String rows,
            List<String> peers,
            double ratio,
            @JsonProperty("flop-share") double flopShare,
            double seconds,
            @JsonProperty("memory-ratio") double memoryRatio) {
        /** Validates a goal as read. */
        Goal {
            peers = peers == null ? List.of() : List.copyOf(peers);
            require(rows != null, "a goal has no 'rows'");
            try {
                Pattern.compile(rows);
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException(
                        "goals: rows = \"" + rows + "\" is not a regular expression: " + e.getDescription(), e);
            }
            for (double limit : new double[] {ratio, flopShare, seconds, memoryRatio}) {
                require(limit >= 0, "a limit of \"" + rows + "\" is not a positive number: " + limit);
            }
            require(
                    ratio + flopShare + seconds + memoryRatio > 0,
                    '"' + rows + "\" has no limit: give ratio, flop-share, seconds or memory-ratio");
            require(ratio + memoryRatio == 0 || !peers.isEmpty(), '"' + rows + "\" has a ratio but no peers");
            for (String peer : peers) {
                require(
                        Peers.names().contains(peer),
                        '"' + rows + "\" names peer '" + peer + "', known are " + Peers.names());
            }
        }

        boolean concerns(RowResult row) {
            return Pattern.matches(rows, row.id());
        }
    }

    private static void require(boolean right, String message) {
        if (!right) {
            throw new IllegalArgumentException("goals: " + message);
        }
    }

    /** The status of a goal. */
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
     * @param state its status
     * @param text explanation with figures
     */
    record Verdict(String row, State state, String text) {}

    private record Content(List<Goal> goal) {}

    /**
     * Reads a file of goals.
     *
     * @throws IOException if it cannot be read or is not a TOML file of goals
     */
    static Goals read(Path file) throws IOException {
        try {
            Content content = TomlMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build()
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

    /** Whether any goal applies to a row. */
    boolean concerns(String id) {
        return goals.stream().anyMatch(g -> Pattern.matches(g.rows(), id));
    }

    /**
     * Judges every goal in every row that it applies to. A goal without a measured row gets one verdict under its
     * pattern.
     */
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
        String id = row.id();
        Optional<RowResult.Entry> timed = row.timed(Row.OURS);
        if (timed.isEmpty()) {
            String problem = row.entries().getFirst().problem();
            verdicts.add(new Verdict(id, State.MISSED, "ours was not timed: " + problem));
            return;
        }
        RowResult.Entry ours = timed.get();
        Optional<RowResult.Entry> fastest = goal.peers().stream()
                .flatMap(p -> row.timed(p).stream())
                .min(Comparator.comparingDouble(RowResult.Entry::ms));
        Verdict nobody =
                new Verdict(id, State.NOT_MEASURED, "none of " + String.join(", ", goal.peers()) + " was measured");
        if (goal.ratio() > 0) {
            verdicts.add(fastest.map(peer -> atMost(id, "ratio to " + peer.name(), ours.ms() / peer.ms(), goal.ratio()))
                    .orElse(nobody));
        }
        if (goal.flopShare() > 0) {
            double share = row.flopShare();
            verdicts.add(
                    share == 0
                            ? new Verdict(id, State.NOT_MEASURED, "the machine's peak was not measured")
                            : limited(
                                    id,
                                    share >= goal.flopShare(),
                                    "share of FMA peak %.3f, at least %.3f",
                                    share,
                                    goal.flopShare()));
        }
        if (goal.seconds() > 0) {
            verdicts.add(atMost(id, "seconds", ours.ms() / 1e3, goal.seconds()));
        }
        if (goal.memoryRatio() > 0) {
            verdicts.add(fastest.filter(peer -> peer.extraBytes() > 0 && ours.extraBytes() >= 0)
                    .map(peer -> atMost(
                            id,
                            "extra memory as part of " + peer.name(),
                            (double) ours.extraBytes() / peer.extraBytes(),
                            goal.memoryRatio()))
                    .orElse(nobody));
        }
    }

    private static Verdict atMost(String row, String what, double value, double max) {
        return limited(row, value <= max, what + " %.3f, at most %.3f", value, max);
    }

    private static Verdict limited(String row, boolean reached, String text, double value, double limit) {
        return new Verdict(row, reached ? State.REACHED : State.MISSED, PipeTable.format(text, value, limit));
    }
}
