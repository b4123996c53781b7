package org.unmute.data.verdict;

import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.unmute.data.json.JsonFields;
import org.unmute.data.json.JsonLines;
import org.unmute.data.provenance.Json;
import org.unmute.files.AtomicFile;

/**
 * What listeners said in earlier reviews, which decides in later lists of the same recordings: what was rejected is not
 * listed, what was confirmed is, whatever the new probe finds. A recording is the same if its bytes are; if their
 * SHA-256 is not known, as in tables of other programs, if its name is.
 */
public final class EarlierVerdicts {
    /** No verdicts. */
    public static final EarlierVerdicts NONE = new EarlierVerdicts(List.of());

    private static final ObjectWriter LINE = Json.MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT);
    private static final String HINT = ": run the detect command that wrote it again, which reads no recording again";

    private final List<Decision> decisions;
    private final Map<String, List<Decision>> byRecording = new HashMap<>();

    /**
     * What was decided about a stretch.
     *
     * @param recording name of the recording
     * @param sha256    of its bytes; empty if unknown
     * @param start     in seconds
     * @param end       in seconds
     * @param low       in Hz; NaN if unknown
     * @param high      in Hz; NaN if unknown
     * @param confirmed whether the class is there; else it is not
     * @param time      when that was said
     */
    public record Decision(
            String recording,
            String sha256,
            String label,
            double start,
            double end,
            double low,
            double high,
            boolean confirmed,
            Instant time) {
        private static Decision of(Verdict verdict, String sha256, String label, Verdict.Box box, boolean confirmed) {
            String recording = verdict.event().recording();
            return new Decision(
                    recording, sha256, label, box.start(), box.end(), box.low(), box.high(), confirmed, verdict.time());
        }

        /** Whether a stretch is this one, or {@linkplain Verdict.Box#shared shares} most with it. */
        public boolean isAbout(double otherStart, double otherEnd) {
            return start == otherStart && end == otherEnd || Verdict.Box.shared(start, end, otherStart, otherEnd) > 0;
        }

        private String key() {
            return sha256.isEmpty() ? "name " + recording : "sha256 " + sha256;
        }
    }

    private EarlierVerdicts(Collection<Decision> all) {
        decisions = new LinkedHashSet<>(all)
                .stream().sorted(Comparator.comparing(Decision::time)).toList();
        decisions.forEach(d ->
                byRecording.computeIfAbsent(d.key(), _ -> new ArrayList<>()).add(d));
    }

    /**
     * These and those of another review.
     *
     * @param digests SHA-256 of its recordings by name, as far as they are known
     */
    public EarlierVerdicts with(VerdictLog log, Map<String, String> digests) {
        List<Decision> all = new ArrayList<>(decisions);
        for (Verdict verdict : log.latest()) {
            String sha256 = digests.getOrDefault(verdict.event().recording(), "");
            ReviewedEvent event = verdict.event();
            Answer answer = verdict.answer();
            if (answer == Answer.NO || answer == Answer.OTHER) {
                Verdict.Box asked = new Verdict.Box(event.start(), event.end(), event.low(), event.high());
                all.add(Decision.of(verdict, sha256, event.label(), asked, false));
            }
            // Of a random stretch it is only known that the class is somewhere in it, unless edges were drawn.
            boolean placed = !verdict.draw().isUnlisted() || verdict.box() != null;
            if ((answer == Answer.YES || answer == Answer.OTHER) && placed) {
                String label = answer == Answer.YES ? event.label() : verdict.other();
                all.add(Decision.of(verdict, sha256, label, verdict.edges(), true));
            }
        }
        return new EarlierVerdicts(all);
    }

    /** These and others. */
    public EarlierVerdicts with(EarlierVerdicts others) {
        List<Decision> all = new ArrayList<>(decisions);
        all.addAll(others.decisions);
        return new EarlierVerdicts(all);
    }

    /** Those on some classes. */
    public EarlierVerdicts of(Set<String> labels) {
        return new EarlierVerdicts(
                decisions.stream().filter(d -> labels.contains(d.label())).toList());
    }

    /** Whether nothing was decided. */
    public boolean isEmpty() {
        return decisions.isEmpty();
    }

    /** Numbers of stretches that were confirmed and rejected, in this order. */
    public long[] counts() {
        long confirmed = decisions.stream().filter(Decision::confirmed).count();
        return new long[] {confirmed, decisions.size() - confirmed};
    }

    /** All that was confirmed and not rejected since, each sound once, by recording, time and class. */
    public List<Decision> confirmed() {
        return byRecording.values().stream()
                .flatMap(all -> new OfRecording(all).confirmed().stream())
                .sorted(Comparator.comparing(Decision::recording)
                        .thenComparingDouble(Decision::start)
                        .thenComparingDouble(Decision::end)
                        .thenComparing(Decision::label))
                .toList();
    }

    /** What was decided about a recording. */
    public OfRecording of(String recording, String sha256) {
        List<Decision> all = new ArrayList<>(byRecording.getOrDefault("sha256 " + sha256, List.of()));
        all.addAll(byRecording.getOrDefault("name " + recording, List.of()));
        all.sort(Comparator.comparing(Decision::time));
        return new OfRecording(all);
    }

    /** What was decided about one recording. */
    public static final class OfRecording {
        private final List<Decision> decisions;

        private OfRecording(List<Decision> decisions) {
            this.decisions = decisions;
        }

        /** Whether nothing was decided about it. */
        public boolean isEmpty() {
            return decisions.isEmpty();
        }

        /** Whether a stretch was confirmed. */
        public boolean isConfirmed(String label, double start, double end) {
            Decision decision = on(label, start, end);
            return decision != null && decision.confirmed();
        }

        /** Whether a stretch was rejected. */
        public boolean isRejected(String label, double start, double end) {
            Decision decision = on(label, start, end);
            return decision != null && !decision.confirmed();
        }

        /**
         * The last one on this very stretch, or else the one that {@linkplain Verdict.Box#shared shares} most with it;
         * of equal ones one that found the class.
         */
        private Decision on(String label, double start, double end) {
            Decision best = null;
            double most = 0;
            for (Decision d : decisions) {
                if (!d.label().equals(label)) {
                    continue;
                }
                boolean same = d.start() == start && d.end() == end;
                double shared = same ? Double.POSITIVE_INFINITY : Verdict.Box.shared(d.start(), d.end(), start, end);
                if (shared > most || shared > 0 && shared == most && (same || d.confirmed())) {
                    most = shared;
                    best = d;
                }
            }
            return best;
        }

        /** What was confirmed and not rejected since; of several that share most of each other the last. */
        public List<Decision> confirmed() {
            List<Decision> all = new ArrayList<>();
            for (Decision d : decisions.reversed()) {
                boolean known = all.stream()
                        .anyMatch(other -> other.label().equals(d.label()) && other.isAbout(d.start(), d.end()));
                if (d.confirmed() && !known && isConfirmed(d.label(), d.start(), d.end())) {
                    all.add(d);
                }
            }
            return all.reversed();
        }
    }

    /** Writes them, completely or not at all; without any there is no file. */
    public void write(Path file) throws IOException {
        if (decisions.isEmpty()) {
            Files.deleteIfExists(file);
            return;
        }
        AtomicFile.write(file, channel -> {
            Writer out = Channels.newWriter(channel, StandardCharsets.UTF_8);
            for (Decision d : decisions) {
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("recording", d.recording());
                if (!d.sha256().isEmpty()) {
                    line.put("sha256", d.sha256());
                }
                line.put("label", d.label());
                line.put("start", d.start());
                line.put("end", d.end());
                line.put("low", d.low());
                line.put("high", d.high());
                line.put("confirmed", d.confirmed());
                line.put("time", d.time().toString());
                out.write(LINE.writeValueAsString(line) + "\n");
            }
            out.flush();
        });
    }

    /**
     * Reads what {@link #write} wrote; none if there is no file.
     *
     * @throws org.unmute.files.InputException if the file is damaged; names the line
     * @throws IOException if it cannot be read
     */
    public static EarlierVerdicts read(Path file) throws IOException {
        List<Decision> all = new ArrayList<>();
        for (JsonFields line : JsonLines.read(file, HINT)) {
            try {
                all.add(new Decision(
                        line.text("recording"),
                        line.text("sha256", ""),
                        line.text("label"),
                        line.number("start"),
                        line.number("end"),
                        line.number("low"),
                        line.number("high"),
                        line.flag("confirmed"),
                        Instant.parse(line.text("time"))));
            } catch (DateTimeException e) {
                throw line.wrong(e.getMessage());
            }
        }
        return new EarlierVerdicts(all);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EarlierVerdicts that && decisions.equals(that.decisions);
    }

    @Override
    public int hashCode() {
        return Objects.hash(decisions);
    }
}
